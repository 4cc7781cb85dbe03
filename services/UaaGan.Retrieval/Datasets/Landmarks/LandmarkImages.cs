namespace UaaGan.Retrieval;

/// <summary>The images of a landmark set, by name without folder and ending, as its ground truth calls them.</summary>
internal sealed class LandmarkImages
{
    private readonly Dictionary<string, DatasetEntry> _byName = new(StringComparer.Ordinal);
    private readonly string _folder;
    private readonly DatasetFaults _faults;

    public LandmarkImages(string folder, DatasetFaults faults)
    {
        (_folder, _faults) = (folder, faults);
        foreach (var (id, path) in ImageFolder.ReadSome(folder))
        {
            string name = Path.GetFileNameWithoutExtension(id);
            if (!_byName.TryAdd(name, new DatasetEntry(id, path, "", "")))
                faults.Add("LANDMARK_TWO_COPIES", id, $"'{id}' and '{_byName[name].Id}' have the same name, by which the ground truth refers to them; keep one.");
        }
    }

    /// <summary>All images, by id.</summary>
    public IReadOnlyList<DatasetEntry> All => [.. _byName.Values.OrderBy(entry => entry.Id, Utf8Order.Instance)];

    public bool Has(string name) => _byName.ContainsKey(name);

    /// <summary>The image, or null when there is none, which is a fault.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="file">The ground truth file that names it.</param>
    public DatasetEntry? Find(string name, string file)
    {
        if (_byName.TryGetValue(name, out var entry)) return entry;
        _faults.Add("LANDMARK_IMAGE_MISSING", name, $"'{file}' names the image '{name}', which is not under '{_folder}'.");
        return null;
    }
}
