using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

public class MarketFolderTests
{
    [Fact]
    public void Names_give_person_and_camera_and_the_training_folder_carries_no_label()
    {
        using var folder = new TemporaryFolder().With(
            "query/0043_c2s1_003651_00.jpg", "bounding_box_test/-1_c1s1_000401_03.jpg", "bounding_box_test/0000_c6s3_000001_01.png",
            "bounding_box_test/0043_c3s1_003776_03.jpg.jpg", "bounding_box_test/Thumbs.db", "bounding_box_train/0002_c1s1_000451_03.jpg");

        var set = Datasets.Read("market1501", folder.Path);

        var query = Assert.Single(set.Queries);
        Assert.Equal(("query/0043_c2s1_003651_00.jpg", "43", "2"), (query.Id, query.Identity, query.Camera));
        Assert.Equal([("-1", "1"), ("0", "6"), ("43", "3")], set.Gallery.Select(entry => (entry.Identity, entry.Camera)));
        Assert.Equal(("bounding_box_train/0002_c1s1_000451_03.jpg", "", ""), (set.Training[0].Id, set.Training[0].Identity, set.Training[0].Camera));
    }

    [Theory]
    [InlineData("0043.jpg")]
    [InlineData("0043_c2_003651_00.jpg")]
    [InlineData("x0043_c2s1_003651_00.jpg")]
    [InlineData("99999999999_c2s1_003651_00.jpg")]
    public void A_name_that_does_not_parse_is_named(string name)
    {
        using var folder = new TemporaryFolder().With("query/" + name, "bounding_box_test/0043_c3s1_003776_03.jpg");

        var failure = Assert.Throws<FailureException>(() => Datasets.Read("market1501", folder.Path));

        Assert.Equal("MARKET_NAME", failure.Reason);
        Assert.Contains("query/" + name, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_part_is_named_and_a_list_chooses_queries()
    {
        using var folder = new TemporaryFolder().With("query/0043_c2s1_003651_00.jpg", "query/0043_c4s1_003651_00.jpg");
        var failure = Assert.Throws<FailureException>(() => Datasets.Read("market1501", folder.Path));
        Assert.Contains("bounding_box_test", failure.Message, StringComparison.Ordinal);
        Assert.Equal("FOLDER_NOT_FOUND", Assert.Throws<FailureException>(() => Datasets.Read("market1501", folder.Path + "-not")).Reason);

        folder.With("bounding_box_test/0043_c3s1_003776_03.jpg");
        string list = folder.Write("list.txt", "query/0043_c4s1_003651_00.jpg\n");
        Assert.Equal("4", Assert.Single(Datasets.Read("market1501", folder.Path, list).Queries).Camera);
    }

    [Fact]
    public void The_re_identification_set_reads_as_its_description_says()
    {
        var set = Datasets.Read("market1501", SharedData.Path("reid-market1501"));

        Assert.Equal((279, 884), (set.Queries.Count, set.Gallery.Count));
        Assert.Equal(60, set.Queries.Concat(set.Gallery).Select(entry => entry.Identity).Distinct().Count());
        Assert.Equal(["1", "2", "3", "4", "5", "6"], set.Gallery.Select(entry => entry.Camera).Distinct().Order());
        Assert.Equal(1537, set.Training.Count);
    }
}
