using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

public sealed class LayoutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void DukeMtmc_is_told_from_market1501_by_its_names()
    {
        _folder.With("query/0005_c2_f0046985.jpg", "bounding_box_test/0005_c5_f0051141.jpg", "bounding_box_test/0000_c1_f0000001.jpg", "bounding_box_train/0001_c2_f0046182.jpg");
        var set = DatasetLayouts.Read(_folder.Path);
        Assert.Equal(("dukemtmc-reid", "dukemtmc-reid"), (set.Layout, set.Protocols[0]));
        Assert.Equal(("query/0005_c2_f0046985.jpg", "5", "2"), (set.Queries[0].Id, set.Queries[0].Identity, set.Queries[0].Camera));
        Assert.Equal(["0", "5"], set.Gallery.Select(entry => entry.Identity));
        Assert.Equal("", Assert.Single(set.Training).Identity);
        Assert.Empty(set.Faults);
        Assert.Equal("MARKET_NAME", Assert.Throws<FailureException>(() => Datasets.Read("market1501", _folder.Path)).Reason);
        Assert.Equal("LAYOUT_WITHOUT_PROTOCOL", Assert.Throws<FailureException>(() => Datasets.Read("market1501", _folder.Path, layout: "dukemtmc-reid")).Reason);
    }

    [Fact]
    public void A_check_tells_every_wrong_name_and_an_evaluation_stops_at_the_first()
    {
        _folder.With("query/0001_c1s1_000001_00.jpg", "bounding_box_test/one.jpg", "bounding_box_test/two.jpg", "bounding_box_test/-1_c1s1_000001_00.jpg");
        var set = DatasetLayouts.Read(_folder.Path);
        Assert.Equal(["bounding_box_test/one.jpg", "bounding_box_test/two.jpg"], set.Faults.Select(fault => fault.Metadata["path"]));
        Assert.Equal("-1", Assert.Single(set.Gallery).Identity);
        var failure = Assert.Throws<FailureException>(() => Datasets.Read("market1501", _folder.Path));
        Assert.Equal(("MARKET_NAME", "bounding_box_test/one.jpg"), (failure.Reason, failure.Metadata["id"]));
    }

    [Fact]
    public void Msmt17_follows_its_lists_and_person_0000_is_a_person()
    {
        _folder.With("test/0000/0000_000_01_0303morning_0015_0.jpg", "test/0000/0000_001_03_0303noon_0016_0.jpg", "test/0001/0001_000_15_0303noon_0017_0.jpg", "train/0000/0000_000_02_0303morning_0001_0.jpg");
        _folder.Write("list_query.txt", "0000/0000_000_01_0303morning_0015_0.jpg 0\n");
        _folder.Write("list_gallery.txt", "0000/0000_001_03_0303noon_0016_0.jpg 0\n0001/0001_000_15_0303noon_0017_0.jpg 1\n\n0001/0001_009_15_0303noon_0099_0.jpg 1\nx 1\n0001/0001_000_15_0303noon_0017_0.jpg 1\n");
        _folder.Write("list_train.txt", "0000/0000_000_02_0303morning_0001_0.jpg 0\n");
        var set = DatasetLayouts.Read(_folder.Path);
        Assert.Equal("msmt17", set.Layout);
        Assert.Equal(("0000", "1"), (set.Queries[0].Identity, set.Queries[0].Camera));
        Assert.Equal([("0000", "3"), ("0001", "15")], set.Gallery.Select(entry => (entry.Identity, entry.Camera)));
        Assert.Single(set.Training);
        Assert.Equal([("MSMT17_FILE_MISSING", "4"), ("MSMT17_LINE", "5"), ("MSMT17_REPEATS", "6")], set.Faults.Select(fault => (fault.Reason, fault.Metadata["line"])));
        Assert.Equal(Relevance.Correct, RankingProtocols.Get("msmt17").Judge(Label(set.Queries[0]), Label(set.Gallery[0])));
    }

    [Fact]
    public void Cuhk03_is_read_from_folders_and_from_torchreids_splits()
    {
        _folder.With("detected/query/0003_c1_21.png", "detected/bounding_box_test/0003_c2_26.png", "detected/bounding_box_train/0001_c1_1.png");
        var folders = DatasetLayouts.Read(_folder.Path);
        Assert.Equal(("cuhk03-detected", "detected/query/0003_c1_21.png", "3", "1"), (folders.Layout, folders.Queries[0].Id, folders.Queries[0].Identity, folders.Queries[0].Camera));
        Assert.Equal("detected/bounding_box_test/0003_c2_26.png", folders.Gallery[0].Id);
        Assert.Equal("cuhk03", DatasetLayouts.Read(Path.Combine(_folder.Path, "detected")).Layout);

        _folder.With("images_labeled/1_003_1_01.png", "images_labeled/1_003_2_06.png", "images_labeled/1_001_1_01.png");
        string splits = _folder.Write("splits_new_labeled.json", """
            [{"train": [["/home/u/images_labeled/1_001_1_01.png", 0, 0]], "query": [["C:\\data\\1_003_1_01.png", 7, 0]], "gallery": [["x/1_003_2_06.png", 7, 1], ["x/1_009_2_06.png", 8, 1]]}]
            """);
        var labeled = DatasetLayouts.Read(_folder.Path, "cuhk03-labeled");
        Assert.Equal(("images_labeled/1_003_1_01.png", "7", "0"), (labeled.Queries[0].Id, labeled.Queries[0].Identity, labeled.Queries[0].Camera));
        Assert.Equal("1", Assert.Single(labeled.Gallery).Camera);
        Assert.Contains("$[0].gallery[1]: '1_009_2_06.png' is not in 'images_labeled'", Assert.Single(labeled.Faults).Message, StringComparison.Ordinal);

        // Both kinds of boxes in one folder: neither is taken in silence.
        Assert.Equal("CUHK03_BOXES_AMBIGUOUS", Assert.Throws<FailureException>(() => DatasetLayouts.Read(_folder.Path)).Reason);
        File.WriteAllText(splits, "[]");
        Assert.Equal("CUHK03_SPLITS_INVALID", Assert.Throws<FailureException>(() => DatasetLayouts.Read(_folder.Path, "cuhk03-labeled")).Reason);
    }

    [Fact]
    public void Cuhk03s_matlab_file_is_refused_with_what_would_be_right()
    {
        _folder.Write("cuhk03_release/cuhk-03.mat", "");
        var failure = Assert.Throws<FailureException>(() => DatasetLayouts.Read(_folder.Path));
        Assert.Equal("CUHK03_MAT", failure.Reason);
        Assert.Contains("images_detected/", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lfw_has_its_pairs_and_its_people()
    {
        _folder.With("lfw/Ann_A/Ann_A_0001.jpg", "lfw/Ann_A/Ann_A_0002.jpg", "lfw/Bob/Bob_0001.jpg", "lfw/Bob/Bob_0003.jpg");
        string list = _folder.Write("pairs.txt", "2\t1\nAnn_A\t1\t2\nAnn_A\t1\tBob\t3\nBob\t1\t3\nBob\t1\tAnn_A\t2\n");
        var set = DatasetLayouts.Read(_folder.Path);
        Assert.Equal(("lfw", "leave-one-out"), (set.Layout, set.Protocols[0]));
        Assert.Equal(
            [
                new DatasetPair("lfw/Ann_A/Ann_A_0001.jpg", "lfw/Ann_A/Ann_A_0002.jpg", true), new("lfw/Ann_A/Ann_A_0001.jpg", "lfw/Bob/Bob_0003.jpg", false),
                new("lfw/Bob/Bob_0001.jpg", "lfw/Bob/Bob_0003.jpg", true), new("lfw/Bob/Bob_0001.jpg", "lfw/Ann_A/Ann_A_0002.jpg", false),
            ],
            set.Pairs);
        Assert.Equal(["Ann_A", "Ann_A", "Bob", "Bob"], set.Gallery.Select(entry => entry.Identity));
        Assert.Equal(4, Datasets.Read("leave-one-out", _folder.Path).Queries.Count);

        // pairsDevTest has one fold; faults are told by line.
        File.Move(list, Path.Combine(_folder.Path, "pairsDevTest.txt"));
        _folder.Write("pairsDevTest.txt", "1\nBob\t1\t2\nBob\t1\t3\n");
        Assert.Equal([("LFW_IMAGE_MISSING", "2"), ("LFW_PAIRS", "3")], DatasetLayouts.Read(_folder.Path).Faults.Select(fault => (fault.Reason, fault.Metadata["line"])));
        _folder.Write("pairsDevTest.txt", "3\nBob\t1\t3\n");
        Assert.Contains("1 lines after its first", Assert.Single(DatasetLayouts.Read(_folder.Path).Faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Oxfords_text_files_give_queries_boxes_and_lists()
    {
        _folder.With("oxbuild_images/all_souls_000013.jpg", "oxbuild_images/all_souls_000026.jpg", "oxbuild_images/all_souls_000091.jpg", "oxbuild_images/oxford_000001.jpg");
        _folder.Write("gt/all_souls_1_query.txt", "oxc1_all_souls_000013 136.5 34.1 648.5 955.7\n");
        _folder.Write("gt/all_souls_1_good.txt", "all_souls_000013\n");
        _folder.Write("gt/all_souls_1_ok.txt", "all_souls_000026\n\n");
        _folder.Write("gt/all_souls_1_junk.txt", "all_souls_000091\n");
        var set = DatasetLayouts.Read(_folder.Path);
        Assert.Equal("oxford-paris", set.Layout);
        var query = Assert.Single(set.Queries);
        Assert.Equal(("all_souls_1", new PixelBox(136.5, 34.1, 648.5, 955.7)), (query.Id, query.Box));
        Assert.EndsWith("all_souls_000013.jpg", query.Path, StringComparison.Ordinal);
        var truth = set.Truth["all_souls_1"];
        Assert.Equal(["oxbuild_images/all_souls_000013.jpg", "oxbuild_images/all_souls_000026.jpg"], truth.Easy);
        Assert.Equal(["oxbuild_images/all_souls_000091.jpg"], truth.Junk);
        Assert.Equal(4, set.Gallery.Count);
        Assert.Equal(truth.Easy, Datasets.Read("oxford-paris", _folder.Path).Truth["all_souls_1"].Easy);

        _folder.Write("gt/all_souls_1_ok.txt", "all_souls_000013\nnowhere_000001\n");
        _folder.Write("gt/all_souls_2_query.txt", "all_souls_000026 3 3 3 4\n");
        File.Delete(Path.Combine(_folder.Path, "gt/all_souls_1_junk.txt"));
        Assert.Equal(
            ["GROUND_TRUTH_REPEATS", "LANDMARK_IMAGE_MISSING", "GROUND_TRUTH_NOT_FOUND", "GROUND_TRUTH_INVALID"], DatasetLayouts.Read(_folder.Path).Faults.Select(fault => fault.Reason));
    }

    [Fact]
    public void Revisited_takes_its_gallery_from_the_ground_truth()
    {
        _folder.With("jpg/b.jpg", "jpg/a.jpg", "jpg/q.jpg", "jpg/unlisted.jpg");
        _folder.Write("gnd_rsmall.json", """{"imlist": ["b", "a"], "qimlist": ["q"], "gnd": [{"bbx": [1, 2, 3, 4], "easy": [0], "hard": [1], "junk": []}]}""");
        var set = DatasetLayouts.Read(_folder.Path);
        Assert.Equal(["revisited-medium", "revisited-easy", "revisited-hard"], set.Protocols);
        Assert.Equal(["jpg/a.jpg", "jpg/b.jpg"], set.Gallery.Select(entry => entry.Id));
        Assert.Equal(["jpg/b.jpg"], set.Truth["q"].Easy);
        Assert.Equal(["jpg/a.jpg"], set.Truth["q"].Hard);
        Assert.Empty(set.Faults);
        File.Delete(Path.Combine(_folder.Path, "jpg/a.jpg"));
        Assert.Equal(("LANDMARK_IMAGE_MISSING", "a"), (DatasetLayouts.Read(_folder.Path).Faults[0].Reason, DatasetLayouts.Read(_folder.Path).Faults[0].Metadata["path"]));
    }

    [Fact]
    public void A_csv_says_path_identity_camera_and_role()
    {
        _folder.With("i/1.png", "i/2, two.png", "i/3.png", "i/4.png");
        _folder.Write("dataset.csv", "path,identity,camera,role\r\ni/1.png,p,1,query\r\n\"i/2, two.png\",\"p \"\"x\"\"\",2,gallery\r\ni/3.png,,,train\r\ni/4.png,p,3,\r\n");
        var set = DatasetLayouts.Read(_folder.Path);
        Assert.Equal("csv", set.Layout);
        Assert.Equal(["i/1.png", "i/4.png"], set.Queries.Select(entry => entry.Id));
        Assert.Equal([("i/2, two.png", "p \"x\"", "2"), ("i/4.png", "p", "3")], set.Gallery.Select(entry => (entry.Id, entry.Identity, entry.Camera)));
        Assert.Equal("i/3.png", Assert.Single(set.Training).Id);
        Assert.Contains("market1501", set.Protocols);
        Assert.Equal(2, Datasets.Read("msmt17", _folder.Path).Gallery.Count);

        _folder.Write("dataset.csv", "path,identity\ni/1.png,p\ni/9.png,p\n../x.png,p\ni/2\ni/3.png,\ni/1.png,q\n");
        var faulty = DatasetLayouts.Read(_folder.Path);
        Assert.Equal(["leave-one-out"], faulty.Protocols);
        Assert.Equal(["3", "4", "5", "6", "7"], faulty.Faults.Select(fault => fault.Metadata["line"]));
        Assert.Equal("i/1.png", Assert.Single(faulty.Gallery).Id);
    }

    [Theory]
    [InlineData("path,label\n", "CSV_HEADER")]
    [InlineData("path,identity,path\n", "CSV_HEADER")]
    [InlineData("", "CSV_EMPTY")]
    [InlineData("path,identity\n\"a", "CSV_QUOTES")]
    [InlineData("path,identity\n\"a\"b,c\n", "CSV_QUOTES")]
    public void A_csv_that_is_none_is_refused(string text, string reason)
    {
        _folder.Write("dataset.csv", text);
        Assert.Equal(reason, Assert.Throws<FailureException>(() => DatasetLayouts.Read(_folder.Path)).Reason);
    }

    [Fact]
    public void A_link_that_leads_back_is_told_and_ends_no_search()
    {
        _folder.With("a/1.png", "b/2.png");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "a", "loop"), _folder.Path);
        Assert.Equal("FOLDER_LOOP", Assert.Throws<FailureException>(() => DatasetLayouts.Read(_folder.Path)).Reason);
        Assert.Equal(["a/1.png", "b/2.png"], DatasetFiles.Under(_folder.Path).Where(File.Exists).Select(file => Path.GetRelativePath(_folder.Path, file)).Order());
    }

    [Fact]
    public void An_unknown_layout_is_told_with_those_there_are() =>
        Assert.Contains("folder-per-class", Assert.Throws<FailureException>(() => DatasetLayouts.Read(_folder.Path, "coco")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_real_market1501_subset_is_read_as_before()
    {
        var set = DatasetLayouts.Read(SharedData.Path("reid-market1501"));
        Assert.Equal(("market1501", 279, 884), (set.Layout, set.Queries.Count, set.Gallery.Count));
        Assert.Empty(set.Faults);
    }

    private static ImageLabel Label(DatasetEntry entry) => new(entry.Id, entry.Identity, entry.Camera);
}
