using UaaGan.Demo.Drawing;
using UaaGan.Imaging;

namespace UaaGan.Demo;

/// <summary>One image set that the project draws for itself, with the target network that searches in it and the settings that attack it.</summary>
public sealed class DemoScenario
{
    /// <summary>The first identity that target networks are trained on. Every identity from here on is kept for that.</summary>
    public const int FirstTargetIdentity = 100_000;

    internal const int FirstTrainingIdentity = 10_000;
    internal const int FirstDistractor = 50_000;

    private const long DrawingSeed = 20_190_705;

    private readonly IArtist _artist;

    internal DemoScenario(IArtist artist) => _artist = artist;

    /// <summary>One word, for folders and generators: scenes, people, faces.</summary>
    public required string Name { get; init; }

    /// <summary>A heading.</summary>
    public required string Title { get; init; }

    /// <summary>What is searched, in a sentence or two.</summary>
    public required string Description { get; init; }

    /// <summary>leave-one-out or market1501.</summary>
    public required string Protocol { get; init; }

    /// <summary>Name of the target network in the model repository; its version is 1.</summary>
    public string ModelName => $"demo_{Name}";

    /// <summary>Columns of an image.</summary>
    public int Width => _artist.Width;

    /// <summary>Rows of an image.</summary>
    public int Height => _artist.Height;

    /// <summary>Steps of generator training, with the default options, that reach the demo's goals.</summary>
    public required int TrainingSteps { get; init; }

    /// <summary>Identities that are queried.</summary>
    public required int Identities { get; init; }

    /// <summary>Gallery images of an identity. In leave-one-out the queries are among them.</summary>
    public required int GalleryViews { get; init; }

    /// <summary>Queries of an identity.</summary>
    public required int QueryViews { get; init; }

    /// <summary>Identities of the generator's training images, none of them queried.</summary>
    public required int TrainingIdentities { get; init; }

    /// <summary>Training images of an identity.</summary>
    public required int TrainingViews { get; init; }

    /// <summary>Gallery images of nobody in particular (market1501's identity 0000).</summary>
    public int Distractors { get; init; }

    /// <summary>
    /// Draws one image: RGB, <see cref="Width"/> x <see cref="Height"/>, the same bytes on every machine. Queried identities start at 1, those of
    /// the generator's training images at 10,000, those that target networks are trained on at <see cref="FirstTargetIdentity"/>.
    /// </summary>
    /// <param name="identity">Whom or what to draw, at least 1.</param>
    /// <param name="view">Which of its views, at least 0. Under market1501 view v is taken by camera v % 6 + 1.</param>
    public PixelImage Draw(int identity, int view)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(identity, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(view);
        return _artist.Draw(DrawingSeed, identity, view);
    }

    /// <summary>Identity and view of every training image of a generator, in the order of their files.</summary>
    public IEnumerable<(int Identity, int View)> TrainingImages() =>
        DemoDatasetWriter.Training(this).Select(drawing => (drawing.Identity, drawing.View));

    /// <summary>Identity and view of every query, in the order of their files.</summary>
    public IEnumerable<(int Identity, int View)> Queries() =>
        DemoDatasetWriter.Queries(this).Select(drawing => (drawing.Identity, drawing.View));

    /// <summary>Identity and view of every image that is searched.</summary>
    public IEnumerable<(int Identity, int View)> Gallery() =>
        DemoDatasetWriter.Gallery(this).Select(drawing => (drawing.Identity, drawing.View));

    /// <summary>
    /// Draws the whole set under <paramref name="folder"/>, on all processors: train/ (unlabelled), and data/. For leave-one-out data/ has a folder an
    /// identity and queries.txt beside it lists the queries, relative to data/; for market1501 it has query/ and bounding_box_test/.
    /// Files that exist are overwritten.
    /// </summary>
    /// <param name="folder">Made when missing.</param>
    /// <param name="progress">Told how many images are written, of how many.</param>
    /// <param name="cancellation">Stops between two images.</param>
    public DemoDataset WriteDataset(string folder, IProgress<DemoProgress>? progress = null, CancellationToken cancellation = default) =>
        DemoDatasetWriter.Write(this, folder, progress, cancellation);

    /// <summary>Writes the embedded target network: <paramref name="modelsFolder"/>/<see cref="ModelName"/>/1/model.json and weights.safetensors.</summary>
    public void WriteModel(string modelsFolder) => DemoModel.Write(this, modelsFolder);
}

/// <summary>How far the drawing of a data set is.</summary>
public readonly record struct DemoProgress(int Written, int Total);

/// <summary>Where a drawn data set lies.</summary>
/// <param name="TrainingFolder">Unlabelled images for the generator.</param>
/// <param name="DataFolder">What the protocol's reader expects.</param>
/// <param name="QueryList">Queries relative to <paramref name="DataFolder"/>, one a line; null where the folder itself says it.</param>
/// <param name="TrainingImages">How many images are in <paramref name="TrainingFolder"/>.</param>
/// <param name="Queries">How many queries there are.</param>
/// <param name="Gallery">How many images are searched.</param>
public sealed record DemoDataset(string TrainingFolder, string DataFolder, string? QueryList, int TrainingImages, int Queries, int Gallery);
