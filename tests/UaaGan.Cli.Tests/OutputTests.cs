using System.Text;
using UaaGan.Cli.Demo;
using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Output;
using UaaGan.Imaging;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Tests;

public sealed class OutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_matrix_is_numpys_format_to_the_byte()
    {
        NpyWriter.Write(_folder["m.npy"], [[1f, -2f, 0.5f], [4f, 5f, 6f]], 3);

        var bytes = File.ReadAllBytes(_folder["m.npy"]);
        Assert.Equal([0x93, .. "NUMPY"u8, 1, 0, 118, 0], bytes[..10]);
        Assert.Equal("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", Encoding.ASCII.GetString(bytes[10..128]).TrimEnd());
        Assert.Equal((byte)'\n', bytes[127]);
        Assert.Equal([1f, -2f, 0.5f, 4f, 5f, 6f], Enumerable.Range(0, 6).Select(i => BitConverter.ToSingle(bytes, 128 + (i * 4))));
        Assert.Equal(128 + 24, bytes.Length);
    }

    [Fact]
    public void Adversarial_twins_never_overwrite_each_other()
    {
        var names = OutputNames.For([Entry("a/x.jpg"), Entry("a/x.png"), Entry("a/y.bmp")]);
        Assert.Equal("a/x.jpg.png", names["a/x.jpg"]);
        Assert.Equal("a/x.png.png", names["a/x.png"]);
        Assert.Equal("a/y.png", names["a/y.bmp"]);
    }

    [Fact]
    public void A_saved_file_over_budget_or_of_another_shape_stops_the_run()
    {
        var original = new PixelImage(2, 1, 1, [100, 100]);
        Assert.Equal(8, SelfCheck.Compare("q", "pgd", original, new PixelImage(2, 1, 1, [108, 92]), new Epsilon(8)).LInfinity255);

        var over = Assert.Throws<CliException>(() => SelfCheck.Compare("q", "pgd", original, new PixelImage(2, 1, 1, [109, 100]), new Epsilon(8)));
        Assert.Contains("pgd on 'q': a pixel of the saved file is 9 grey levels off; 8/255 allows 8", over.Message, StringComparison.Ordinal);
        var outside = Assert.Throws<CliException>(() => SelfCheck.Compare("q", "pgd", original, new PixelImage(2, 1, 1, [108, 101]), new Epsilon(8), new ImageBox(0, 0, 1, 1)));
        Assert.Contains("outside the box 0,0,1,1", outside.Message, StringComparison.Ordinal);
        var shape = Assert.Throws<CliException>(() => SelfCheck.Compare("q", "pgd", original, new PixelImage(1, 2, 1, [100, 100]), new Epsilon(8)));
        Assert.Contains("one shape", shape.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_training_images_every_second_of_a_class_trains_and_is_not_queried()
    {
        var all = new[] { "a/1", "a/2", "a/3", "b/1", "b/2", "c/1" }.Select(Entry).ToList();
        var halved = OwnScenario.Halve(new RetrievalDataset(RankingProtocols.LeaveOneOut, all, all, []));

        Assert.Equal(["a/2", "b/2"], halved.Training.Select(entry => entry.Id));
        Assert.Equal(["a/1", "a/3", "b/1", "c/1"], halved.Queries.Select(entry => entry.Id));
        Assert.Equal(6, halved.Gallery.Count);
        Assert.All(halved.Training, entry => Assert.Equal("", entry.Identity));
    }

    [Theory]
    [InlineData("Food 7", "demo-food-7")]
    [InlineData("été", "demo--t-")]
    public void A_folders_name_becomes_a_generators(string folder, string generator) => Assert.Equal(generator, OwnScenario.GeneratorName(folder));

    private static DatasetEntry Entry(string id) => new(id, id, id.Split('/')[0], "");
}
