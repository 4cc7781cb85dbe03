using System.Globalization;

namespace UaaGan.Attacks;

/// <summary>Every option of a method with the value it runs with, defaults filled in and bounds checked.</summary>
public sealed class OptionValues
{
    private readonly SortedDictionary<string, string> _values;

    private OptionValues(SortedDictionary<string, string> values) => _values = values;

    /// <summary>The values by name, in canonical form: given back to the same method they resolve to themselves.</summary>
    public IReadOnlyDictionary<string, string> All => _values;

    /// <summary>Checks the given options and fills in the rest.</summary>
    /// <param name="method">The method's name, for messages.</param>
    /// <param name="definitions">The options that the method has.</param>
    /// <param name="given">What the caller asked for.</param>
    /// <param name="defaults">Defaults that replace those of the definitions, where a preset asks for it.</param>
    /// <exception cref="UaaGan.Failures.FailureException">OPTION_UNKNOWN or OPTION_INVALID.</exception>
    internal static OptionValues Resolve(
        string method,
        IReadOnlyList<OptionDefinition> definitions,
        IReadOnlyDictionary<string, string> given,
        IReadOnlyDictionary<string, string>? defaults = null)
    {
        foreach (var name in given.Keys.Order(StringComparer.Ordinal))
        {
            if (!definitions.Any(definition => definition.Name == name))
                throw AttackFailure.OptionUnknown(method, name, definitions);
        }

        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var definition in definitions)
        {
            var fallback = defaults is not null && defaults.TryGetValue(definition.Name, out var replaced) ? replaced : definition.DefaultValue;
            var text = given.TryGetValue(definition.Name, out var asked) ? asked : fallback;
            values[definition.Name] = definition.Canonical(text) ?? throw AttackFailure.OptionInvalid(method, definition, text);
        }

        return new OptionValues(values);
    }

    internal string Choice(string name) => _values[name];

    internal bool Flag(string name) => _values[name] == "true";

    internal int Integer(string name) => int.Parse(_values[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    internal double Number(string name) => double.Parse(_values[name], NumberStyles.Float, CultureInfo.InvariantCulture);
}
