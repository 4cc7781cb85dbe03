namespace UaaGan.Cli.Evaluation;

/// <summary>An attack as the command line names it: METHOD or METHOD:GENERATOR, with its options.</summary>
internal sealed record AttackSpec(string Method, string? Generator, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>METHOD or METHOD:GENERATOR; unique in a run.</summary>
    public string Label => Generator is null ? Method : $"{Method}:{Generator}";

    /// <summary>The label as the name of a folder.</summary>
    public string Folder => Generator is null ? Method : $"{Method}-{Generator}";

    /// <summary>Reads --attack and --option. An option is METHOD.NAME=VALUE, or NAME=VALUE where there is one attack.</summary>
    public static IReadOnlyList<AttackSpec> Parse(IReadOnlyList<string> attacks, IEnumerable<string> options)
    {
        var specs = attacks.Select(Split).ToList();
        if (specs.GroupBy(s => s).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw CliException.WrongUse($"--attack {twice.Key.Method} is given twice with the same generator; run it once.");
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

        return [.. specs.Select(s => new AttackSpec(s.Method, s.Generator, values[s.Method]))];
    }

    private static (string Method, string? Generator) Split(string text)
    {
        var parts = text.Split(':');
        return parts switch
        {
            [{ Length: > 0 } method] => (method, null),
            [{ Length: > 0 } method, { Length: > 0 } generator] => (method, generator),
            _ => throw CliException.WrongUse($"--attack '{text}' is not understood; write METHOD, such as pgd, or METHOD:GENERATOR, such as uaa-gan:mine."),
        };
    }
}
