using System.Text;

namespace UaaGan.TensorBoard.Tests;

public sealed class EventFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("uaagan-tensorboard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>RFC 3720, appendix B.4, and the usual check value.</summary>
    [Fact]
    public void The_checksum_is_that_of_the_standard()
    {
        Assert.Equal(0xe3069283, RecordChecksum.Of(Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0x8a9136aa, RecordChecksum.Of(new byte[32]));
        Assert.Equal(0x62a8ab43u, RecordChecksum.Of([.. Enumerable.Repeat((byte)0xff, 32)]));
        Assert.Equal(0u, RecordChecksum.Of([]));
    }

    [Fact]
    public void Every_scalar_is_read_back()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        string path;
        using (var file = EventFile.Create(Path.Combine(_folder, "new", "run")))
        {
            path = file.Path;
            file.Add(0, new Dictionary<string, double> { ["loss"] = 1.5 });
            file.Add(1, new Dictionary<string, double>());
            file.Add(300, new Dictionary<string, double> { ["loss"] = -1e-3, ["größe/x"] = double.NaN, ["big"] = 1e300, ["zero"] = 0 });
            // Seen while the file is still open.
            Assert.Equal(3, Read(path).Count);
            file.Add(long.MaxValue, new Dictionary<string, double> { ["d_real"] = 0.25 });
        }

        Assert.StartsWith("events.out.tfevents.", Path.GetFileName(path), StringComparison.Ordinal);
        var events = Read(path);
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.All(events, told => Assert.InRange(told.WallTime, before, before + 3600));
        Assert.Equal([0, 0, 300, long.MaxValue], events.Select(told => told.Step));
        Assert.Equal(1.5f, events[1].Scalars["loss"]);
        Assert.Equal(["big", "größe/x", "loss", "zero"], events[2].Scalars.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((-1e-3f, float.PositiveInfinity, 0f), (events[2].Scalars["loss"], events[2].Scalars["big"], events[2].Scalars["zero"]));
        Assert.True(float.IsNaN(events[2].Scalars["größe/x"]));
        Assert.Equal(0.25f, events[3].Scalars["d_real"]);
    }

    [Fact]
    public void A_resumed_run_tells_its_steps_anew()
    {
        using (var file = EventFile.Create(_folder))
        {
            for (var step = 1; step <= 5; step++) file.Add(step, new Dictionary<string, double> { ["loss"] = step });
        }

        using (var file = EventFile.Create(_folder, firstStep: 4))
            file.Add(4, new Dictionary<string, double> { ["loss"] = 40 });

        Assert.Equal([(1, 1f), (2, 2f), (3, 3f), (4, 40f)], EventFileReader.Run(_folder).Select(step => ((int)step.Key, step.Value["loss"])));
    }

    [Fact]
    public void A_flipped_bit_shows()
    {
        string path;
        using (var file = EventFile.Create(_folder))
        {
            path = file.Path;
            file.Add(1, new Dictionary<string, double> { ["loss"] = 1 });
        }

        var bytes = File.ReadAllBytes(path);
        bytes[^6] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Throws<InvalidDataException>(() => Read(path));
    }

    private static List<ReadEvent> Read(string path)
    {
        var copy = path + ".copy";
        using (var from = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        using (var to = File.Create(copy)) from.CopyTo(to);
        var events = EventFileReader.Read(copy);
        File.Delete(copy);
        return events;
    }
}
