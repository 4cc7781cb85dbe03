using System.Runtime.InteropServices;
using TorchSharp;
using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

/// <summary>Reads every tensor of a weights file and measures what that costs.</summary>
internal static class BoundedReading
{
    private const int PerFileByte = 4, Floor = 4 << 20;

    /// <summary>Reads all; fails the test when more is allocated than four times the file and 4 MiB, or a tensor is larger than the file.</summary>
    /// <returns>The failure that it met, or null.</returns>
    public static FailureException? Of(string path) => Of(() => StateReader.Open(path), new FileInfo(path).Length);

    /// <summary>The same of a file's bytes.</summary>
    public static FailureException? Of(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        return Of(() => StateReader.Sniff(stream), bytes.Length);
    }

    /// <summary>The values of every tensor as float64, by key.</summary>
    public static Dictionary<string, double[]> Values(byte[] bytes, string? key = null)
    {
        using var scope = torch.NewDisposeScope();
        using var reader = StateReader.Sniff(new MemoryStream(bytes, writable: false), key);
        return reader.Entries.Keys.ToDictionary(
            name => name, name => MemoryMarshal.Cast<byte, double>(reader.Read(name).to(torch.ScalarType.Float64).bytes).ToArray());
    }

    private static FailureException? Of(Func<IStateReader> open, long length)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var reader = open();
            foreach (var name in reader.Entries.Keys)
            {
                using var tensor = reader.Read(name);
                // The message only where it is needed: it would count as the reader's own memory.
                if (tensor.numel() * tensor.element_size() > length) Assert.Fail($"{name} has {tensor.numel()} elements in a file of {length} bytes");
            }

            return null;
        }
        catch (FailureException failure)
        {
            return failure;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, PerFileByte * length + Floor);
        }
    }
}
