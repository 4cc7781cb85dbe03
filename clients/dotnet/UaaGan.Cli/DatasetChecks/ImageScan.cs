using System.Security.Cryptography;
using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Output;
using UaaGan.Failures;
using UaaGan.Imaging;
using UaaGan.Retrieval;

namespace UaaGan.Cli.DatasetChecks;

/// <summary>Every image of a data set, read once: its size, whether it is grey, whether another has the same bytes, what is wrong with it.</summary>
internal sealed class ImageScan(string folder)
{
    private readonly Dictionary<string, int> _sizes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _byHash = new(StringComparer.Ordinal);
    private readonly List<FailedItem> _unreadable = [], _faults = [];

    public int Count { get; private set; }

    public int Grey { get; private set; }

    public IReadOnlyDictionary<string, int> Sizes => _sizes;

    public IReadOnlyList<FailedItem> Unreadable => _unreadable;

    /// <summary>Boxes that do not lie in their image.</summary>
    public IReadOnlyList<FailedItem> Faults => _faults;

    public IReadOnlyList<IReadOnlyList<string>> Duplicates() =>
        [.. _byHash.Values.Where(paths => paths.Count > 1).OrderBy(paths => paths[0], Utf8Order.Instance)];

    public async Task Read(IReadOnlyList<DatasetEntry> entries, ProgressBars bars, CancellationToken cancellationToken)
    {
        var files = entries.GroupBy(entry => entry.Path, StringComparer.Ordinal).ToList();
        Count = files.Count;
        var bar = bars.Add("decoding", files.Count);
        foreach (var file in files)
        {
            await Read(file.Key, [.. file.Where(entry => entry.Box is not null)], cancellationToken);
            bar.Increment(1);
        }
    }

    private async Task Read(string path, List<DatasetEntry> boxed, CancellationToken cancellationToken)
    {
        var name = Path.GetRelativePath(folder, path);
        try
        {
            var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
            var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
            if (_byHash.TryGetValue(hash, out var same)) same.Add(name);
            else _byHash.Add(hash, [name]);

            var pixels = ImageDecoder.Decode(bytes, ImageLimits.Default);
            var size = FormattableString.Invariant($"{pixels.Width}x{pixels.Height}");
            _sizes[size] = _sizes.GetValueOrDefault(size) + 1;
            if (pixels.Channels == 1) Grey++;
            foreach (var entry in boxed)
            {
                if (QueryCrop.Fits(entry.Box!.Value, pixels.Width, pixels.Height)) continue;
                _faults.Add(new FailedItem(name, "BOX_OUTSIDE", $"The box of query '{entry.Id}' reaches beyond '{name}', which has {size} pixels."));
            }
        }
        catch (FailureException failure)
        {
            _unreadable.Add(new FailedItem(name, failure.Reason, failure.Message));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _unreadable.Add(new FailedItem(name, "FILE_UNREADABLE", exception.Message));
        }
    }
}
