using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Services;

namespace UaaGan.Cli.Battery;

/// <summary>The settings of a battery, read back from what <see cref="BatterySetup.Describe"/> and its evaluations wrote.</summary>
internal sealed record RecordedBattery
{
    public required string Preset { get; init; }

    /// <summary>NAME:VERSION of the network that was measured, then of the surrogates.</summary>
    public required IReadOnlyList<string> Networks { get; init; }

    public required ulong Seed { get; init; }

    public required IReadOnlyList<GeneratorAttack> Generators { get; init; }

    /// <summary>The files of LPIPS; null: it was not measured.</summary>
    public PerceptualFiles? Lpips { get; init; }

    /// <summary>The battery of the first run, for another folder.</summary>
    /// <param name="first">The first run.</param>
    /// <param name="output">The folder of the second run.</param>
    /// <param name="cancellationToken">Ends the reading of images.</param>
    public static async Task<BatterySetup> Setup(RecordedRun first, string output, CancellationToken cancellationToken)
    {
        var settings = first.As<RecordedBattery>(first.Run);
        var data = await first.Data.Read(cancellationToken);
        var networks = settings.Networks.Select(Session.Model).ToList();
        return new BatterySetup(
            BatteryPreset.Get(settings.Preset),
            [.. settings.Generators.Select(attack => new AttackSpec(attack.Method, attack.Generator, new Dictionary<string, string>()))],
            [.. networks.Skip(1)],
            BatterySetup.Common(networks[0], data, first.Data.Folder, settings.Seed, output) with { Perceptual = settings.Lpips });
    }

    /// <summary>Refuses networks and generators that are no longer those of the first run's evaluations.</summary>
    public static async Task Check(RecordedRun first, ServiceGroup services, CancellationToken cancellationToken)
    {
        foreach (var evaluation in first.As<Outcome>(first.Result).Runs) await evaluation.Run.Check(services, cancellationToken);
    }

    internal sealed record GeneratorAttack(string Method, string Generator);

    internal sealed record Outcome(IReadOnlyList<Stage> Runs);

    internal sealed record Stage(RecordedEvaluation Run);
}
