using System.Globalization;

namespace UaaGan.Attacks;

/// <summary>One option of a method: its name, default, meaning and bounds, and how its text is read.</summary>
public sealed class OptionDefinition
{
    private readonly Func<string, string?> _canonical;

    private OptionDefinition(string name, string defaultValue, string description, string bounds, Func<string, string?> canonical)
    {
        Name = name;
        Description = $"{description} {bounds}.";
        Bounds = bounds;
        _canonical = canonical;
        DefaultValue = canonical(defaultValue) ?? throw new ArgumentException($"the default of {name} breaks its own bounds", nameof(defaultValue));
    }

    /// <summary>Name, such as steps: lower-case words joined by '-'.</summary>
    public string Name { get; }

    /// <summary>Value when the option is not given, in canonical form.</summary>
    public string DefaultValue { get; }

    /// <summary>What it does, its unit and its bounds.</summary>
    public string Description { get; }

    /// <summary>What is accepted, in words.</summary>
    public string Bounds { get; }

    internal static OptionDefinition Integer(string name, int defaultValue, int least, int most, string description) => new(
        name, Text(defaultValue), description, string.Create(CultureInfo.InvariantCulture, $"A whole number from {least} to {most}"),
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? Text(value)
            : null);

    internal static OptionDefinition Number(string name, double defaultValue, double least, double most, string description) => new(
        name, Text(defaultValue), description, string.Create(CultureInfo.InvariantCulture, $"A number from {least} to {most}"),
        text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? Text(value)
            : null);

    internal static OptionDefinition Choice(string name, string defaultValue, string description, params string[] choices) => new(
        name, defaultValue, description, "One of " + string.Join(", ", choices),
        text => Array.Exists(choices, choice => choice == text) ? text : null);

    internal static OptionDefinition Flag(string name, bool defaultValue, string description) =>
        Choice(name, defaultValue ? "true" : "false", description, "true", "false");

    /// <summary>A size in pixels, written HxW as everywhere else, or a word that stands for a rule.</summary>
    internal static OptionDefinition Size(string name, string word, int least, int most, string description) => new(
        name, word, description, string.Create(CultureInfo.InvariantCulture, $"{word}, or HxW with both sides from {least} to {most} pixels"),
        text => text == word || TrySize(text, least, most) ? text : null);

    /// <summary>The canonical text of a value, or null when it breaks the bounds.</summary>
    internal string? Canonical(string text) => _canonical(text.Trim());

    internal static (int Height, int Width) ParseSize(string text)
    {
        var parts = text.Split('x');
        return (int.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture), int.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture));
    }

    private static bool TrySize(string text, int least, int most)
    {
        var parts = text.Split('x');
        return parts.Length == 2 && Array.TrueForAll(parts, part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var side) && side >= least && side <= most);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
