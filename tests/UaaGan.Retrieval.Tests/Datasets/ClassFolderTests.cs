using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

public class ClassFolderTests
{
    [Fact]
    public void Every_image_is_gallery_and_query_and_its_first_folder_is_its_class()
    {
        using var folder = new TemporaryFolder().With("b/2.JPG", "a/deep/er/1.png", "a/1.pgm", "a/notes.txt", ".hidden/1.png", "README.txt");

        var set = Datasets.Read("leave-one-out", folder.Path);

        Assert.Equal(["a/1.pgm", "a/deep/er/1.png", "b/2.JPG"], set.Gallery.Select(entry => entry.Id));
        Assert.Equal(["a", "a", "b"], set.Gallery.Select(entry => entry.Identity));
        Assert.Equal(set.Gallery, set.Queries);
        Assert.Empty(set.Training);
        Assert.All(set.Gallery, entry => Assert.True(File.Exists(entry.Path)));
    }

    [Fact]
    public void A_list_chooses_the_queries_and_the_others_train()
    {
        using var folder = new TemporaryFolder().With("a/1.png", "a/2.png", "b/1.png");
        string list = folder.Write("queries.txt", "b/1.png\r\n\n./a/2.png\n");

        var set = Datasets.Read("leave-one-out", folder.Path, list);

        Assert.Equal(["a/2.png", "b/1.png"], set.Queries.Select(entry => entry.Id));
        Assert.Equal(3, set.Gallery.Count);
        Assert.Equal(["a/1.png"], set.Training.Select(entry => entry.Id));
        Assert.Equal("", set.Training[0].Identity);
    }

    [Theory]
    [InlineData("a/1.png\na/3.png\n", "LIST_FILE_MISSING", "Line 2")]
    [InlineData("a/1.png\na/1.png\n", "LIST_REPEATS", "Line 2")]
    [InlineData("a/notes.txt\n", "LIST_NO_IMAGE", "a/notes.txt")]
    [InlineData("\n \n", "LIST_EMPTY", "names no image")]
    public void A_faulty_list_is_refused_by_line(string text, string reason, string said)
    {
        using var folder = new TemporaryFolder().With("a/1.png", "a/notes.txt");
        string list = folder.Write("queries.txt", text);

        var failure = Assert.Throws<FailureException>(() => Datasets.Read("leave-one-out", folder.Path, list));

        Assert.Equal(reason, failure.Reason);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_empty_and_flat_folders_are_refused_by_name()
    {
        using var folder = new TemporaryFolder().With("empty/readme.txt", "flat/1.png", "flat/a/1.png");
        string Reason(string name) =>
            Assert.Throws<FailureException>(() => Datasets.Read("leave-one-out", Path.Combine(folder.Path, name))).Reason;

        Assert.Equal("FOLDER_NOT_FOUND", Reason("nowhere"));
        Assert.Equal("FOLDER_IS_A_FILE", Reason("flat/1.png"));
        Assert.Equal("NO_IMAGES", Reason("empty"));
        Assert.Equal("IMAGE_WITHOUT_CLASS", Reason("flat"));
    }

    [Fact]
    public void A_link_back_into_its_own_folder_is_refused_and_a_link_elsewhere_is_followed()
    {
        using var elsewhere = new TemporaryFolder().With("1.png");
        using var folder = new TemporaryFolder().With("a/1.png");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "b"), elsewhere.Path);
        Assert.Equal(["a/1.png", "b/1.png"], Datasets.Images(folder.Path).Select(entry => entry.Id));

        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "a", "loop"), folder.Path);
        Assert.Equal("FOLDER_LOOP", Assert.Throws<FailureException>(() => Datasets.Images(folder.Path)).Reason);
    }

    [Fact]
    public void An_unknown_protocol_is_refused_with_those_there_are()
    {
        var failure = Assert.Throws<FailureException>(() => Datasets.Read("market", "."));
        Assert.Contains("leave-one-out, market1501", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_food_and_face_sets_read_as_their_description_says()
    {
        var food = Datasets.Read("leave-one-out", SharedData.Path("retrieval-food7"), SharedData.Path("splits/retrieval-food7-query.txt"));
        Assert.Equal((490, 245, 245), (food.Gallery.Count, food.Queries.Count, food.Training.Count));
        Assert.Equal(7, food.Gallery.Select(entry => entry.Identity).Distinct().Count());

        var faces = Datasets.Read("leave-one-out", SharedData.Path("faces-orl"));
        Assert.Equal((270, 27), (faces.Gallery.Count, faces.Gallery.Select(entry => entry.Identity).Distinct().Count()));
        Assert.Equal(160, Datasets.Images(SharedData.Path("faces-orl"), SharedData.Path("splits/faces-orl-train.txt")).Count);
    }
}
