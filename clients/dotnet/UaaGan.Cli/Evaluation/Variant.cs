using UaaGan.Protos.Common.V1;

namespace UaaGan.Cli.Evaluation;

/// <summary>The attacked images in one form: under an attack, with swapped perturbations, or after a defence. Only the first has a run.</summary>
/// <param name="Name">As the scores name it; unique in an evaluation.</param>
/// <param name="Spec">The attack.</param>
/// <param name="Run">What making the images came to; null for what is derived from them.</param>
/// <param name="Quality">Of the files as saved.</param>
/// <param name="Features">Of the files as saved, by id.</param>
/// <param name="Folder">Where the files are.</param>
/// <param name="Shapes">Width, height and channels of each image, in the order of the images.</param>
internal sealed record Variant(
    string Name, AttackSpec Spec, AttackRunResult? Run, QualitySummary Quality, Dictionary<string, Feature> Features, string Folder,
    List<(int Width, int Height, int Channels)> Shapes)
{
    private const string SwappedPrefix = "swapped ", CleanName = "clean";

    /// <summary>Name of an attack's scores with the perturbations swapped.</summary>
    public static string SwappedName(string attack) => SwappedPrefix + attack;

    /// <summary>Name of an attack's scores after a defence; null: those of clean images.</summary>
    public static string DefendedName(Defence defence, string? attack) => $"{defence.Name} {attack ?? CleanName}";

    /// <summary>Clean images, for defences.</summary>
    public static AttackSpec Clean { get; } = new(CleanName, null, new Dictionary<string, string>());
}
