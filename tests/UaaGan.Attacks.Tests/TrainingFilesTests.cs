using UaaGan.Attacks.Tests.Support;

namespace UaaGan.Attacks.Tests;

public sealed class TrainingFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_are_kept_with_their_job_or_not_at_all()
    {
        var files = new TrainingFiles(_folder.File("trainings"), mostImages: 2);
        using (var writer = files.Create("one"))
        {
            writer.Add(Imaging.ImageEncoder.Png(Tiny.Picture(1)));
            writer.Add(Imaging.ImageEncoder.Png(Tiny.Picture(2, channels: 1)));
            Expect.Fails("TRAINING_IMAGES_TOO_MANY", () => writer.Add([1]));
            writer.Commit();
        }

        using (var writer = files.Create("two")) writer.Add([1, 2, 3]);

        var images = files.ReadImages("one");
        Assert.True(images[0].HasPixelsOf(Tiny.Picture(1)) && images[1].HasPixelsOf(Tiny.Picture(2, channels: 1)));
        Assert.Equal("one", Path.GetFileName(Assert.Single(Directory.GetDirectories(_folder.File("trainings")))));
        var file = Path.Combine(_folder.File("trainings"), "one", "images.bin");
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^3]);
        Expect.Fails("TRAINING_IMAGES_DAMAGED", () => files.ReadImages("one"));
    }
}
