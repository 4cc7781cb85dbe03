namespace UaaGan.Cli.Evaluation;

/// <summary>An attack as the command line names it: METHOD, METHOD:GENERATOR or METHOD@GUIDE, with its options.</summary>
internal sealed record AttackSpec(string Method, string? Generator, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>Path of the guide image, for methods that need one.</summary>
    public string? Guide { get; init; }

    /// <summary>METHOD, METHOD:GENERATOR or METHOD@GUIDE, the guide by its file's name; unique in a run.</summary>
    public string Label => (Generator, Guide) switch
    {
        (not null, _) => $"{Method}:{Generator}",
        (_, not null) => $"{Method}@{Path.GetFileName(Guide)}",
        _ => Method,
    };

    /// <summary>The label as the name of a folder.</summary>
    public string Folder => Label.Replace(':', '-').Replace('@', '-');

    /// <summary>Reads --attack and --option. An option is METHOD.NAME=VALUE, or NAME=VALUE where there is one attack.</summary>
    public static IReadOnlyList<AttackSpec> Parse(IReadOnlyList<string> attacks, IEnumerable<string> options)
    {
        var specs = attacks.Select(Split).ToList();
        if (specs.GroupBy(s => s.Label).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw CliException.WrongUse($"--attack {twice.Key} is given twice; run it once.");
        var byMethod = specs.ToLookup(s => s.Method, _ => 0);
        var values = specs.Select(s => s.Method).Distinct(StringComparer.Ordinal)
            .ToDictionary(method => method, _ => new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (name, value) in OptionRules.Pairs(options))
        {
            var dot = name.IndexOf('.', StringComparison.Ordinal);
            var method = dot > 0 && byMethod.Contains(name[..dot]) ? name[..dot] : null;
            if (method is null && values.Count == 1 && dot < 0) method = values.Keys.Single();
            if (method is null)
            {
                throw CliException.WrongUse(
                    $"--option {name} belongs to no attack of this run; write METHOD.NAME=VALUE with one of {string.Join(", ", values.Keys)}.");
            }

            values[method][dot > 0 ? name[(dot + 1)..] : name] = value;
        }

        return [.. specs.Select(s => s with { Options = values[s.Method] })];
    }

    private static AttackSpec Split(string text)
    {
        var none = new Dictionary<string, string>();
        // A guide's path may have colons; a method's name has neither of the two signs.
        return text.Split('@', 2) switch
        {
            [{ Length: > 0 } method, { Length: > 0 } guide] when !method.Contains(':', StringComparison.Ordinal) => File.Exists(guide)
                ? new AttackSpec(method, null, none) { Guide = guide }
                : throw CliException.WrongUse($"--attack {text}: there is no guide image '{guide}'."),
            [_] => text.Split(':') switch
            {
                [{ Length: > 0 } method] => new AttackSpec(method, null, none),
                [{ Length: > 0 } method, { Length: > 0 } generator] => new AttackSpec(method, generator, none),
                _ => throw NotUnderstood(text),
            },
            _ => throw NotUnderstood(text),
        };
    }

    private static CliException NotUnderstood(string text) => CliException.WrongUse(
        $"--attack '{text}' is not understood; write METHOD, such as pgd, METHOD:GENERATOR, such as uaa-gan:mine, or METHOD@GUIDE, such as tma@tower.jpg.");
}
