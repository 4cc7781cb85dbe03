using System.CommandLine;
using System.Globalization;
using UaaGan.Failures;
using UaaGan.Imaging;
using UaaGan.Retrieval;

namespace UaaGan.Cli;

/// <summary>Options that several commands share, and the checks that make a wrong one exit code 2.</summary>
internal static class OptionRules
{
    public static Option<string> Model() => new("--model")
    {
        Description = "Target network in the model repository, NAME or NAME:VERSION (see: uaagan models list)",
        HelpName = "NAME",
        Required = true,
    };

    public static Option<Epsilon> Epsilon(bool required = true, string? standard = null)
    {
        var option = new Option<Epsilon>("--epsilon")
        {
            Description = "L-infinity budget with its unit, such as 8/255: no pixel changes by more than 8 grey levels of 255",
            HelpName = "N/255",
            Required = required,
            CustomParser = result =>
            {
                if (Imaging.Epsilon.TryParse(result.Tokens[0].Value, out var epsilon)) return epsilon;
                result.AddError($"--epsilon '{result.Tokens[0].Value}' has no unit or is out of range: write a whole number of grey levels from 0 to 255 over 255, such as 8/255.");
                return default;
            },
        };
        if (standard is not null) option.DefaultValueFactory = _ => Imaging.Epsilon.Parse(standard);
        return option;
    }

    public static Option<string[]> MethodOptions(string example) => new("--option")
    {
        Description = $"Option of a method, such as {example}; may be repeated (see: uaagan methods)",
        HelpName = "NAME=VALUE",
        Arity = ArgumentArity.ZeroOrMore,
        DefaultValueFactory = _ => [],
    };

    /// <summary>The part of each image that an attack may change; null: all of it.</summary>
    public static Option<ImageBox?> Box() => new("--box")
    {
        Description = "Change this part of each image only, in its pixels: columns left of it, rows above it, its columns, its rows [default: the whole image]",
        HelpName = "X,Y,W,H",
        CustomParser = result =>
        {
            if (ImageBox.TryParse(result.Tokens[0].Value, out var box)) return box;
            result.AddError($"--box '{result.Tokens[0].Value}' is not understood: write four whole numbers of pixels, left,top,width,height, the last two at least 1, such as 16,0,32,64.");
            return null;
        },
    };

    public static Option<ulong> Seed() => new("--seed")
    {
        Description = "Seed of everything random: the same seed gives the same run",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>A ranking protocol; where it is not required, the data set's layout has a usual one.</summary>
    public static Option<string?> Protocol(bool required)
    {
        var option = new Option<string?>("--protocol")
        {
            Description = $"Ranking protocol: {string.Join(", ", RankingProtocols.Names)}"
                + (required ? "" : " [default: the usual one of the data set's layout]"),
            HelpName = "P",
            Required = required,
        };
        option.CompletionSources.Add([.. RankingProtocols.Names]);
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is not { } name) return;
            try
            {
                _ = RankingProtocols.Get(name);
            }
            catch (FailureException failure)
            {
                result.AddError($"--protocol: {failure.Message}");
            }
        });
        return option;
    }

    /// <summary>How a data set lies on disk.</summary>
    public static Option<string?> Layout()
    {
        var option = new Option<string?>("--layout")
        {
            Description = $"How the data set lies on disk: {string.Join(", ", DatasetLayouts.Names)} [default: the first that the folder looks like]",
            HelpName = "L",
        };
        option.CompletionSources.Add([.. DatasetLayouts.Names]);
        return option;
    }

    /// <summary>The usual protocol of a folder's layout.</summary>
    /// <exception cref="FailureException">The folder can't be read as the layout that it looks like.</exception>
    public static string ProtocolOf(string folder) => DatasetLayouts.Read(folder).Protocols[0];

    public static Option<string> Folder(string name, string description, bool required = true) =>
        new(name) { Description = description, HelpName = "DIR", Required = required };

    public static Option<string?> ListFile(string name, string description) => new(name) { Description = description, HelpName = "FILE" };

    /// <summary>Refuses a number out of bounds, naming them.</summary>
    public static Option<T> Between<T>(this Option<T> option, T least, T most) where T : struct, IComparable<T>, IFormattable
    {
        option.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.Tokens.Count == 0) return;
            var value = result.GetValueOrDefault<T>();
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} is {value}; it must be between {least} and {most}."));
        });
        return option;
    }

    /// <summary>Reads name=value pairs. A pair without '=' or a name given twice is wrong use.</summary>
    public static Dictionary<string, string> Pairs(IEnumerable<string> pairs)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1) throw CliException.WrongUse($"--option '{pair}' is not understood; write NAME=VALUE, such as steps=20.");
            if (!options.TryAdd(pair[..equals].Trim(), pair[(equals + 1)..].Trim()))
                throw CliException.WrongUse($"--option {pair[..equals].Trim()} is given twice.");
        }

        return options;
    }

    /// <summary>Whether the user wrote the option, rather than its default standing in.</summary>
    public static bool Given(this ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };
}
