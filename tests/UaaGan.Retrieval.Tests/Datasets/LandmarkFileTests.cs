using System.Text;
using UaaGan.Failures;
using UaaGan.Pickle;

namespace UaaGan.Retrieval.Tests;

public sealed class LandmarkFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The published pickle and its JSON twin, number by number.</summary>
    [Theory]
    [InlineData("gnd_roxford5k", 4993)]
    [InlineData("gnd_rparis6k", 6322)]
    public void The_published_pickles_equal_their_json_twins(string name, int images)
    {
        var pickle = LandmarkFile.Read(SharedData.Path("groundtruth-landmarks", $"{name}.pkl"));
        var json = LandmarkFile.Read(SharedData.Path("groundtruth-landmarks", $"{name}.json"));

        Assert.Equal((images, 70, true), (pickle.Images.Count, pickle.Queries.Count, pickle.IsRevisited));
        Assert.Equal(json.Images, pickle.Images);
        Assert.Equal(json.Queries.Count, pickle.Queries.Count);
        foreach (var (wanted, read) in json.Queries.Zip(pickle.Queries))
        {
            Assert.Equal((wanted.Name, wanted.Image, wanted.Box), (read.Name, read.Image, read.Box));
            Assert.Equal(wanted.Truth.Easy, read.Truth.Easy);
            Assert.Equal(wanted.Truth.Hard, read.Truth.Hard);
            Assert.Equal(wanted.Truth.Junk, read.Truth.Junk);
        }

        Assert.True(pickle.Queries.Sum(query => query.Truth.Easy.Count + query.Truth.Hard.Count + query.Truth.Junk.Count) > 5000);
    }

    /// <summary>{'imlist': ['a', 'b'], 'qimlist': ['a'], 'gnd': [{'ok': (1,), 'junk': [], 'bbx': [0, 0.5, 2, inf or 3]}]} in protocol 0.</summary>
    [Fact]
    public void The_old_ground_truth_of_protocol_0_is_read_too()
    {
        var truth = LandmarkFile.Read(Write("gnd_oxford5k.pkl", OldPickle("F3.0\n")));
        Assert.False(truth.IsRevisited);
        Assert.Equal(["a", "b"], truth.Images);
        var query = Assert.Single(truth.Queries);
        Assert.Equal(new PixelBox(0, 0.5, 2, 3), query.Box);
        Assert.Equal([1], query.Truth.Easy);
        Assert.Empty(query.Truth.Hard);
        Assert.Empty(query.Truth.Junk);
    }

    [Fact]
    public void A_box_without_an_end_is_refused() =>
        Assert.Contains("$.gnd[0].bbx", Refused("GROUND_TRUTH_INVALID", Write("gnd_x.pkl", OldPickle("Finf\n"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("cnumpy.core.multiarray\n_reconstruct\n.", "numpy.core.multiarray._reconstruct")]
    [InlineData("cos\nsystem\n(S'true'\ntR.", "os.system")]
    public void A_pickle_that_names_a_class_or_a_function_is_refused_by_that_name(string pickle, string name)
    {
        var failure = Refused("GROUND_TRUTH_REFUSED", Write("gnd_x.pkl", Encoding.ASCII.GetBytes(pickle)));
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
        Assert.Contains(".tolist()", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_is_told_with_the_files_name()
    {
        byte[] whole = OldPickle("F3.0\n");
        for (int length = 0; length < whole.Length; length++)
        {
            var failure = Assert.Throws<FailureException>(() => LandmarkFile.Read(Write("gnd_cut.pkl", whole[..length])));
            Assert.Contains("'gnd_cut.pkl'", failure.Message, StringComparison.Ordinal);
        }

        Refused("GROUND_TRUTH_DAMAGED", Write("gnd_long.pkl", [.. whole, (byte)'.']), FailureKind.DataLoss);
        Refused("GROUND_TRUTH_DAMAGED", Write("gnd_x.json", "{"u8.ToArray()), FailureKind.DataLoss);
        Refused("GROUND_TRUTH_NOT_FOUND", Path.Combine(_folder.Path, "gnd_none.pkl"));
        // A list in itself: the reader goes down no further than the layout.
        Refused("GROUND_TRUTH_INVALID", Write("gnd_loop.pkl", "]q\0h\0a."u8.ToArray()));
    }

    [Theory]
    [InlineData("""{"imlist": ["a"], "qimlist": ["a"], "gnd": [{"easy": [1], "hard": [], "junk": []}]}""", "$.gnd[0].easy[0]: 1 is no row")]
    [InlineData("""{"imlist": ["a"], "qimlist": ["a"], "gnd": [{"easy": [0], "hard": [0], "junk": []}]}""", "$.gnd[0].hard[0]: row 0 is listed before")]
    [InlineData("""{"imlist": ["a"], "qimlist": ["a"], "gnd": [{"easy": [0], "hard": []}]}""", "$.gnd[0].junk: a list")]
    [InlineData("""{"imlist": ["a"], "qimlist": ["a", "b"], "gnd": []}""", "there are 0 entries and 2")]
    [InlineData("""{"imlist": ["a", 2], "qimlist": [], "gnd": []}""", "$.imlist[1]: 2 is no name")]
    [InlineData("""{"imlist": ["a"], "qimlist": ["a"], "gnd": [{"easy": [], "hard": [], "junk": [], "bbx": [1, 1, 1, 2]}]}""", "$.gnd[0].bbx")]
    [InlineData("""[]""", "$: a dictionary")]
    public void A_wrong_value_is_told_by_its_path(string json, string said) =>
        Assert.Contains(said, Refused("GROUND_TRUTH_INVALID", Write("gnd_x.json", Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_pickle_of_every_plain_value_gives_them_all()
    {
        // [None, True, 2**70, -1.5, 'é', (1, 'x')] of protocol 4.
        byte[] pickle =
        [
            0x80, 4, (byte)']', (byte)'(', (byte)'N', 0x88, 0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, (byte)'G', 0xBF, 0xF8, 0, 0, 0, 0, 0, 0,
            0x8c, 2, 0xC3, 0xA9, (byte)'K', 1, 0x8c, 1, (byte)'x', 0x86, (byte)'e', (byte)'.',
        ];
        using var stream = new MemoryStream(pickle);
        var list = Assert.IsType<List<object?>>(PlainPickle.Read(stream, 64, new LandmarkFaults("x")));
        Assert.Equal([null, true, System.Numerics.BigInteger.Pow(2, 70), -1.5, "é", new object[] { 1L, "x" }], list);
    }

    private static byte[] OldPickle(string bottom) => Encoding.ASCII.GetBytes(
        $"(dS'imlist'\n(lS'a'\naS'b'\nasS'qimlist'\n(lS'a'\nasS'gnd'\n(l(dS'ok'\n(I1\ntsS'junk'\n(lsS'bbx'\n(lI0\naF0.5\naI2\na{bottom}asas.");

    private string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static FailureException Refused(string reason, string path, FailureKind kind = FailureKind.InvalidArgument)
    {
        var failure = Assert.Throws<FailureException>(() => LandmarkFile.Read(path));
        Assert.Equal((kind, reason), (failure.Kind, failure.Reason));
        Assert.Contains($"'{Path.GetFileName(path)}'", failure.Message, StringComparison.Ordinal);
        return failure;
    }
}
