using System.Globalization;
using System.Text;
using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>How the repository lies on disk: a folder a name, in it a folder a version, in it model.json and what belongs to it.</summary>
/// <param name="root">The repository's folder.</param>
internal sealed class ModelFolders(string root)
{
    private const string CardFile = "model.json";

    // The self-check's feature takes about 20 bytes a component, of which there are at most 65,536.
    private const int LargestCard = 4 << 20;

    /// <summary>The folder of a version.</summary>
    public string Of(string name, int version) => Path.Combine(root, name, version.ToString(CultureInfo.InvariantCulture));

    /// <summary>Every version, by name (ordinal), then version.</summary>
    public IReadOnlyList<ModelEntry> List() => [.. Names().SelectMany(name => Versions(name).Select(version => Entry(name, version)))];

    /// <summary>The card of a version; null: of the highest one.</summary>
    /// <exception cref="FailureException">NotFound MODEL_NOT_FOUND; DataLoss MODEL_CARD_DAMAGED.</exception>
    public ModelCard Read(string name, int? version)
    {
        var versions = Versions(name);
        if (versions.Count == 0) throw ModelFailure.NotFound(name, null, Names());
        var wanted = version ?? versions[^1];
        if (!versions.Contains(wanted))
            throw ModelFailure.NotFound(name, wanted, [.. versions.Select(present => present.ToString(CultureInfo.InvariantCulture))]);
        return ReadCard(name, wanted);
    }

    /// <summary>Makes a new version: in a folder of another name, which is renamed once it is whole and removed when it fails.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="fill">Puts the files into a folder and returns the card, whose version does not count.</param>
    /// <returns>The card with its version.</returns>
    public ModelCard Add(string name, Func<string, ModelCard> fill)
    {
        var modelFolder = Directory.CreateDirectory(Path.Combine(root, name)).FullName;
        var temporary = Path.Combine(modelFolder, $".{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(temporary);
            return Publish(fill(temporary), temporary);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            if (!Directory.EnumerateFileSystemEntries(modelFolder).Any()) Directory.Delete(modelFolder);
        }
    }

    private ModelCard Publish(ModelCard card, string temporary)
    {
        for (var version = Versions(card.Name).DefaultIfEmpty().Max() + 1; ; version++)
        {
            var numbered = card with { Version = version };
            ModelCardRules.Check(numbered);
            AtomicFile.Write(Path.Combine(temporary, CardFile), stream => stream.Write(Encoding.UTF8.GetBytes(ModelCardJson.Write(numbered))));
            var target = Of(card.Name, version);
            if (Directory.Exists(target)) continue;
            try
            {
                Directory.Move(temporary, target);
                return numbered;
            }
            catch (IOException) when (Directory.Exists(target))
            {
                // Another process took this version since; the next one is tried.
            }
        }
    }

    private ModelEntry Entry(string name, int version)
    {
        try
        {
            return new ModelEntry(name, version, ReadCard(name, version), null);
        }
        catch (FailureException failure)
        {
            return new ModelEntry(name, version, null, failure);
        }
    }

    private ModelCard ReadCard(string name, int version)
    {
        try
        {
            var path = Path.Combine(Of(name, version), CardFile);
            if (new FileInfo(path).Length > LargestCard) throw ModelFailure.CardInvalid("card", $"is larger than {LargestCard} bytes");
            var card = ModelCardJson.Read(File.ReadAllBytes(path));
            if (card.Name != name || card.Version != version) throw ModelFailure.CardInvalid("name and version", "differ from its folder's");
            return card;
        }
        catch (FailureException failure)
        {
            throw ModelFailure.CardDamaged(name, version, failure);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Without the path, which must not get on the wire.
            throw ModelFailure.CardDamaged(name, version, new IOException("it cannot be read", exception));
        }
    }

    private string[] Names() => Directory.Exists(root)
        ? [.. Directory.EnumerateDirectories(root).Select(path => Path.GetFileName(path)).Where(ModelName.IsValid)
            .Where(name => Versions(name).Count > 0).Order(StringComparer.Ordinal)]
        : [];

    private List<int> Versions(string name)
    {
        var folder = Path.Combine(root, name);
        if (!Directory.Exists(folder)) return [];
        var versions = new List<int>();
        foreach (var path in Directory.EnumerateDirectories(folder))
        {
            if (ModelName.TryParseVersion(Path.GetFileName(path), out var version) && File.Exists(Path.Combine(path, CardFile))) versions.Add(version);
        }

        versions.Sort();
        return versions;
    }
}
