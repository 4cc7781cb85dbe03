using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using UaaGan.Cli.Services;

namespace UaaGan.Cli.Commands;

/// <summary><c>models add</c>: weights, architecture and geometry become a model of the repository.</summary>
internal static class ModelsAddCommand
{
    private const int ShownKeys = 5;

    private static readonly Option<string> Name = new("--name") { Description = "Name in the repository; a name that is there gets a new version", HelpName = "N", Required = true };
    private static readonly Option<string> Architecture = new("--architecture") { Description = "Such as osnet_x0_25, resnet50, iresnet50 (see: docs/models.md); torchscript or onnx for a whole model in one file", HelpName = "A", Required = true };
    private static readonly Option<string> Weights = new("--weights") { Description = "Weights: a safetensors file, which is copied, or a file of torch.save (.pth, .pt, .ckpt), which is converted to one; or the TorchScript archive or ONNX file of a whole model", HelpName = "FILE", Required = true };
    private static readonly Option<string?> WeightsKey = new("--weights-key") { Description = "Dotted path of the state dictionary within the file, such as ema.state_dict [default: the one that is found]", HelpName = "KEY" };

    private static readonly Option<int[]> Input = new("--input")
    {
        Description = "The network's input in pixels, rows first, padding included",
        HelpName = "HxW",
        Required = true,
        CustomParser = result => Numbers<int>(result, 'x', 2, "two whole numbers, rows x columns, such as 256x128"),
    };

    private static readonly Option<string> Resize = new("--resize")
    {
        Description = "How an image gets to that size, less its padding: bilinear (antialiased, as PIL does it), nearest, or none (other sizes are refused)",
        HelpName = "bilinear|nearest|none",
        DefaultValueFactory = _ => "bilinear",
    };

    private static readonly Option<int?> ShortSide = new("--short-side")
    {
        Description = "Keep an image's shape: bring its shorter side to so many pixels and cut out the centre (torchvision's Resize and CenterCrop)",
        HelpName = "PIXELS",
    };

    private static readonly Option<string> ChannelOrder = new("--channel-order")
    {
        Description = "Order in which the network takes the channels; mean and std stay those of red, green, blue",
        HelpName = "rgb|bgr",
        DefaultValueFactory = _ => "rgb",
    };

    private static readonly Option<int[]?> Pad = new("--pad")
    {
        Description = "Columns and rows of pixel value 0 on each side, before normalisation [default: 0,0,0,0]",
        HelpName = "L,T,R,B",
        CustomParser = result => Numbers<int>(result, ',', 4, "four whole numbers, left, top, right, bottom, such as 2,0,2,0"),
    };

    private static readonly Option<double[]?> Mean = Triple("--mean", "Mean of red, green and blue on the 0..1 scale [default: ImageNet's, 0.485,0.456,0.406]");
    private static readonly Option<double[]?> Std = Triple("--std", "Their standard deviation [default: ImageNet's, 0.229,0.224,0.225]");

    private static readonly Option<string> Pooling = new("--pooling")
    {
        Description = "How a feature map becomes a feature, where the architecture pools: the mean (SPoC), the generalized mean, the maximum, or R-MAC",
        HelpName = "avg|gem|mac|rmac",
        DefaultValueFactory = _ => "avg",
    };

    private static readonly Option<double> GemP = new("--gem-p") { Description = "Exponent of the generalized mean, unless the weights hold one", HelpName = "P", DefaultValueFactory = _ => 3 };

    private static readonly Option<double[]?> Scales = new("--scales")
    {
        Description = "Factors of the input's sides at which the network sees an image; the features are added and normalised [default: 1]",
        HelpName = "S,...",
        CustomParser = result => Numbers<double>(result, ',', null, "numbers such as 1,0.707,0.5"),
    };

    private static readonly Option<bool> Flip = new("--flip") { Description = "Adds the feature of the mirror image before normalisation" };
    private static readonly Option<string?> Whitening = new("--whitening") { Description = "Whitening of the features, a safetensors file with P and m, or weight and bias; it is copied", HelpName = "FILE" };

    private static readonly Option<string> DataType = new("--data-type")
    {
        Description = "Number format in which features are extracted; attacks use float32, and so does onnx",
        HelpName = "float32|bfloat16",
        DefaultValueFactory = _ => "float32",
    };

    private static readonly Option<string[]> Options = OptionRules.MethodOptions("width=32, of the architecture");
    private static readonly Option<string?> Licence = new("--licence") { Description = "Licence of the weights, for the record", HelpName = "TEXT" };
    private static readonly Option<string?> Source = new("--source") { Description = "Where the weights come from, for the record", HelpName = "TEXT" };

    public static Command Create()
    {
        var command = new SessionCommand("add", """
            Adds a network to the repository: checks that the weights fit the architecture, copies them with their hash, and records the
            feature of a built-in pattern that 'models check' compares with. Nothing is left behind when something does not fit. A file of
            torch.save is read without running anything of it: tensors and plain containers only.

            Examples:
              uaagan models add --name osnet_x0_25 --architecture osnet_x0_25 --weights osnet.safetensors --input 256x128 --resize nearest
              uaagan models add --name mobilefacenet --architecture mobilefacenet --weights mobilefacenet.ckpt --input 112x96 --resize none --pad 2,0,2,0 --mean 0.5,0.5,0.5 --std 0.502,0.502,0.502
              uaagan models add --name mobilenet_v2 --architecture mobilenet_v2 --weights mobilenet.safetensors --input 224x224 --pooling avg
              uaagan models add --name vit --architecture torchscript --weights vit_b_16.pt --input 224x224
              uaagan models add --name reid --architecture onnx --weights osnet.onnx --input 256x128 --resize nearest
            """, Run);
        foreach (var option in (Option[])[Name, Architecture, Weights, WeightsKey, Input, Resize, ShortSide, ChannelOrder, Pad, Mean, Std, Pooling, GemP, Scales, Flip, Whitening, DataType, Options, Licence, Source]) command.Options.Add(option);
        Resize.AcceptOnlyFromAmong("bilinear", "nearest", "none");
        Pooling.AcceptOnlyFromAmong("avg", "gem", "mac", "rmac");
        DataType.AcceptOnlyFromAmong("float32", "bfloat16");
        return command;
    }

    private static async Task<int> Run(Session session, CancellationToken cancellationToken)
    {
        var options = session.Options;
        var input = options.GetRequiredValue(Input);
        var model = new JsonObject
        {
            ["name"] = options.GetRequiredValue(Name),
            ["architecture"] = options.GetRequiredValue(Architecture),
            ["weights_path"] = Path.GetFullPath(options.GetRequiredValue(Weights)),
            ["input"] = new JsonObject { ["height"] = input[0], ["width"] = input[1] },
            ["resize"] = options.GetRequiredValue(Resize),
            ["channel_order"] = options.GetRequiredValue(ChannelOrder),
            ["pooling"] = options.GetRequiredValue(Pooling),
            ["gem_p"] = options.GetValue(GemP),
            ["data_type"] = options.GetRequiredValue(DataType),
            ["architecture_options"] = ArchitectureOptions(options.GetRequiredValue(Options)),
        };
        if (options.GetValue(WeightsKey) is { } key) model["weights_key"] = key;
        if (options.GetValue(ShortSide) is { } side) model["short_side"] = side;
        if (options.GetValue(Pad) is { Length: > 0 } pad) model["pad"] = new JsonArray([.. pad.Select(side => (JsonNode)side)]);
        if (options.GetValue(Mean) is { Length: > 0 } mean) model["mean"] = new JsonArray([.. mean.Select(value => (JsonNode)value)]);
        if (options.GetValue(Std) is { Length: > 0 } std) model["std"] = new JsonArray([.. std.Select(value => (JsonNode)value)]);
        if (options.GetValue(Scales) is { Length: > 0 } scales) model["scales"] = new JsonArray([.. scales.Select(scale => (JsonNode)scale)]);
        if (options.GetValue(Flip)) model["flip"] = true;
        if (options.GetValue(Whitening) is { } whitening) model["whitening_path"] = Path.GetFullPath(whitening);
        if (options.GetValue(Licence) is { } licence) model["licence"] = licence;
        if (options.GetValue(Source) is { } source) model["source"] = source;

        var request = ModelsCommand.Request(session, "add");
        request["model"] = model;
        var answer = await ModelRepositoryProgram.Ask(request, cancellationToken);
        var (card, report) = (answer["model"]!, answer["load_report"]!);
        card["load_report"] = report.DeepClone();
        if (session.Terminal.Json) session.Terminal.WriteJson(card);
        var batches = card["batch_sizes"]!.AsArray() is [var only] ? $", batches of {only} only" : "";
        session.Terminal.Show($"Model {card["name"]}, version {card["version"]}, is added: {card["architecture"]}, {card["feature_dimension"]} components{batches}, weights {Formats.ShortHash($"{card["weights"]!["sha256"]}")}.");
        if (report["matched"]!.AsArray().Count > 0) session.Terminal.Show(Describe(report));
        if ((bool)card["takes_aligned_faces"]!) session.Terminal.Note($"{card["architecture"]} takes faces that are cut out and aligned already: no photograph is aligned for it.");
        return ExitCodes.Success;
    }

    /// <summary>Such as "565 tensors matched, 2 not used (classifier.weight, classifier.bias), prefix module."</summary>
    private static string Describe(JsonNode report)
    {
        var parts = new List<string> { FormattableString.Invariant($"{report["matched"]!.AsArray().Count} tensors matched") };
        Add("reshaped", "reshaped");
        Add("missing", "left at their initial value");
        Add("unexpected", "not used");
        if ($"{report["prefix"]}" is { Length: > 0 } prefix) parts.Add($"prefix {prefix}");
        return string.Join(", ", parts).TrimEnd('.') + ".";

        void Add(string field, string what)
        {
            var keys = report[field]!.AsArray();
            if (keys.Count == 0) return;
            var more = keys.Count > ShownKeys ? FormattableString.Invariant($" and {keys.Count - ShownKeys} more") : "";
            parts.Add(FormattableString.Invariant($"{keys.Count} {what} ({string.Join(", ", keys.Take(ShownKeys))}{more})"));
        }
    }

    private static JsonObject ArchitectureOptions(string[] pairs)
    {
        var options = new JsonObject();
        foreach (var (name, text) in OptionRules.Pairs(pairs))
        {
            options[name] = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw CliException.WrongUse($"--option {name}={text}: an architecture's options are whole numbers.");
        }

        return options;
    }

    private static Option<double[]?> Triple(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "R,G,B",
        CustomParser = result => Numbers<double>(result, ',', 3, "three numbers, red, green, blue, such as 0.5,0.5,0.5"),
    };

    private static T[] Numbers<T>(ArgumentResult result, char separator, int? count, string right) where T : INumberBase<T>
    {
        var text = result.Tokens[0].Value;
        var parts = text.Split(separator);
        var numbers = new T[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts.Length == (count ?? parts.Length) && T.TryParse(parts[i], CultureInfo.InvariantCulture, out numbers[i]!) && T.IsFinite(numbers[i])) continue;
            result.AddError($"{((OptionResult)result.Parent!).Option.Name} '{text}' is not understood; write {right}.");
            return [];
        }

        return numbers;
    }
}
