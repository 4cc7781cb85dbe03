using UaaGan.Cli.Evaluation;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Cli.Battery;

/// <summary>A fixed set of attacks and budgets, so that two systems are measured alike.</summary>
/// <param name="Name">quick, standard or full.</param>
/// <param name="Levels">Budgets in grey levels of 255.</param>
/// <param name="QueryLimit">Queries, evenly spread; null: all.</param>
/// <param name="Attacks">Attacks that need no training; generators come from the command line.</param>
/// <param name="Survival">Whether the scored budget is scored again after each defence.</param>
/// <param name="Transfer">Attacks of the transfer matrix: made on each network and scored on each.</param>
internal sealed record BatteryPreset(
    string Name, IReadOnlyList<int> Levels, int? QueryLimit, IReadOnlyList<AttackSpec> Attacks, bool Survival, IReadOnlyList<AttackSpec> Transfer)
{
    /// <summary>The budget at which transfer and survival are measured.</summary>
    public const int MainLevel = 8;

    private static readonly AttackSpec Noise = Plain("random-sign"), Pgd = new("pgd", null, new Dictionary<string, string> { ["steps"] = "20" });

    /// <summary>All presets, from the shortest to the longest.</summary>
    public static IReadOnlyList<BatteryPreset> All { get; } =
    [
        new("quick", [MainLevel], 100, [Noise, Pgd], false, []),
        new("standard", [MainLevel], null, [Noise, Plain("fgsm"), Plain("bim"), Pgd, Plain("mi-fgsm"), Plain("odfa"), Plain("sma"), Plain("pire")], false, []),
        new("full", [2, 4, MainLevel, 16], null, [Noise, Pgd], true, [Pgd, Plain("mi-fgsm")]),
    ];

    public static BatteryPreset Get(string name) => All.First(preset => preset.Name == name);

    /// <summary>The evaluations, in the order in which they run.</summary>
    /// <param name="generators">Attacks with a generator.</param>
    /// <param name="model">The network that the battery measures.</param>
    /// <param name="surrogates">Networks that transfer is measured from, and between.</param>
    public IEnumerable<BatteryStage> Stages(IReadOnlyList<AttackSpec> generators, ModelReference model, IReadOnlyList<ModelReference> surrogates)
    {
        foreach (var level in Levels)
        {
            var epsilon = new Epsilon(level);
            yield return new BatteryStage($"epsilon-{level}", epsilon, [.. Attacks, .. generators]) { Survival = Survival && level == MainLevel };
        }

        if (Transfer.Count == 0 || surrogates.Count == 0) yield break;
        var models = (ModelReference[])[model, .. surrogates];
        foreach (var (made, scored) in models.SelectMany(scored => models.Select(made => (made, scored))))
            yield return Cell(made.Name, scored, made == scored ? [] : [made]);
        if (surrogates.Count > 1) yield return Cell("all", model, surrogates);
    }

    private BatteryStage Cell(string made, ModelReference scored, IReadOnlyList<ModelReference> surrogates) =>
        new($"transfer-{made}-to-{scored.Name}", new Epsilon(MainLevel), Transfer) { Scored = scored, Surrogates = surrogates, IsTransfer = true };

    private static AttackSpec Plain(string method) => new(method, null, new Dictionary<string, string>());
}
