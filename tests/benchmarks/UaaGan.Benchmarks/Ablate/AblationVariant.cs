using System.Globalization;
using UaaGan.Attacks;
using UaaGan.Failures;
using UaaGan.Imaging;

namespace UaaGan.Benchmarks;

/// <summary>One way to train a generator, to be compared with others.</summary>
/// <param name="Name">Its name, which is a name for a generator, too.</param>
/// <param name="Text">What it changes, as it was written; empty: nothing.</param>
/// <param name="Options">Every training option with the value it runs with.</param>
/// <param name="Images">Training images, the first ones of a seeded shuffle; null: all.</param>
/// <param name="Epsilon">The budget of training and attack.</param>
internal sealed record AblationVariant(string Name, string Text, IReadOnlyDictionary<string, string> Options, int? Images, Epsilon Epsilon)
{
    private const string ImagesOption = "images", EpsilonOption = "epsilon", AllImages = "all";

    /// <summary>The budget where a variant names none.</summary>
    public static Epsilon UsualEpsilon { get; } = new(8);

    /// <summary>Reads a variant.</summary>
    /// <param name="text">
    /// NAME: OPTION=VALUE OPTION=VALUE, the options those of UAA-GAN's training, and images=N or images=all, and epsilon=N/255. Nothing after the colon: the defaults.
    /// </param>
    /// <exception cref="FailureException">VARIANT_INVALID; GENERATOR_NAME_INVALID; EPSILON_INVALID; OPTION_UNKNOWN or OPTION_INVALID.</exception>
    public static AblationVariant Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) throw Invalid(text, "it has no colon after its name");
        string name = text[..colon].Trim(), changes = text[(colon + 1)..].Trim();
        GeneratorRepository.CheckName(name);
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string change in changes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (change.Split('=') is not [{ Length: > 0 } option, { Length: > 0 } value]) throw Invalid(text, $"'{change}' is not OPTION=VALUE");
            if (!given.TryAdd(option, value)) throw Invalid(text, $"'{option}' is there twice");
        }

        int? images = given.Remove(ImagesOption, out string? count) && count != AllImages ? Count(text, count) : null;
        Epsilon epsilon = given.Remove(EpsilonOption, out string? budget) ? Epsilon.Parse(budget) : UsualEpsilon;
        return new AblationVariant(name, changes, AttackCatalog.ResolveTraining(AttackCatalog.UaaGan, given).All, images, epsilon);
    }

    private static int Count(string text, string count) =>
        int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int images) && images >= TrainingSession.FewestImages
            ? images
            : throw Invalid(text, $"'{count}' is no number of images: {AllImages}, or a whole number from {TrainingSession.FewestImages}");

    private static FailureException Invalid(string text, string what) => new(
        FailureKind.InvalidArgument, "VARIANT_INVALID", $"The variant '{text}' is not understood: {what}. Write NAME: OPTION=VALUE OPTION=VALUE, such as 'weak: lambda-metric=10 images=64 epsilon=4/255'.")
    {
        Field = "variant",
    };
}
