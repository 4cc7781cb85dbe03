using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>
/// The target networks of a state folder: &lt;name&gt;/&lt;version&gt;/model.json beside weights.safetensors, model.pt or model.onnx. A version never changes once
/// it is there, so that readers need no lock; adding writes a folder of another name and renames it.
/// </summary>
public sealed class ModelRepository
{
    /// <summary>Largest difference of a component of the self-check's feature: room for another machine's summation order.</summary>
    public const float CheckTolerance = 1e-4f;

    /// <summary>The same for a model that runs in bfloat16, whose numbers have eight bits.</summary>
    public const float BFloat16CheckTolerance = 1e-2f;

    private const string CardFile = "model.json", WhiteningFileName = "whitening.safetensors";
    private const int LargestCard = 4 << 20;

    private readonly string _folder;

    /// <param name="folder">The repository's folder, $STATE/models; it need not exist yet.</param>
    public ModelRepository(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = Path.GetFullPath(folder);
    }

    /// <inheritdoc cref="Add(NewModel, out StateLoadReport)"/>
    public ModelCard Add(NewModel model) => Add(model, out _);

    /// <summary>
    /// Adds a model, or a new version of one: copies the weights, or converts them to safetensors, hashes and loads them, and records the
    /// self-check's feature.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="report">What became of the keys of its weights; empty for a whole model.</param>
    /// <exception cref="FailureException">InvalidArgument: a wrong field; those of <see cref="StateReader.Open"/>; FailedPrecondition
    /// WEIGHTS_DO_NOT_FIT, WHITENING_INVALID, FEATURE_DIMENSION_MISMATCH or FEATURE_INVALID; for a whole model also InvalidArgument
    /// MODEL_OPERATOR_REFUSED, MODEL_EXTERNAL_DATA, MODEL_NOT_SUPPORTED, MODEL_INPUT_INVALID or MODEL_OUTPUT_INVALID. Nothing is left behind.</exception>
    public ModelCard Add(NewModel model, out StateLoadReport report)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelName.Check(model.Name);
        var draft = Draft(model);
        // First without the feature's dimension and the hash, so that a wrong option is found before anything is copied.
        ModelCardRules.Check(draft);
        if (!File.Exists(model.WeightsPath)) throw WeightsFailure.NotFound(Path.GetFileName(model.WeightsPath));
        if (model.WhiteningPath is { } path && !File.Exists(path)) throw WeightsFailure.NotFound(Path.GetFileName(path));

        var modelFolder = Directory.CreateDirectory(Path.Combine(_folder, model.Name)).FullName;
        var temporary = Path.Combine(modelFolder, $".{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(temporary);
            var weights = Path.Combine(temporary, draft.Weights.File);
            var original = ImportWeights(model, draft, weights, out report);
            if (model.WhiteningPath is not null)
            {
                var whitening = Path.Combine(temporary, WhiteningFileName);
                AtomicFile.Write(whitening, stream => CopyTo(model.WhiteningPath, stream));
                draft = draft with { Whitening = new WeightsFile(WhiteningFileName, Sha256(whitening)) };
            }

            var card = Examine(draft with { Weights = draft.Weights with { Sha256 = Sha256(weights), Original = original } }, temporary);
            return Publish(card, temporary, modelFolder);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            if (!Directory.EnumerateFileSystemEntries(modelFolder).Any()) Directory.Delete(modelFolder);
        }
    }

    /// <summary>Every version of every model, by name (ordinal), then version.</summary>
    /// <exception cref="FailureException">DataLoss MODEL_CARD_DAMAGED.</exception>
    public IReadOnlyList<ModelCard> List() =>
        [.. Names().SelectMany(name => Versions(name).Select(version => ReadCard(name, version)))];

    /// <summary>One model's card; without a version the highest one.</summary>
    /// <exception cref="FailureException">InvalidArgument MODEL_NAME_INVALID; NotFound MODEL_NOT_FOUND; DataLoss MODEL_CARD_DAMAGED.</exception>
    public ModelCard Get(string name, int? version = null)
    {
        ModelName.Check(name);
        var versions = Versions(name);
        if (versions.Count == 0) throw ModelFailure.NotFound(name, null, Names());
        var wanted = version ?? versions[^1];
        if (!versions.Contains(wanted))
            throw ModelFailure.NotFound(name, wanted, [.. versions.Select(present => present.ToString(CultureInfo.InvariantCulture))]);
        return ReadCard(name, wanted);
    }

    /// <summary>Loads a model after its weights matched their hash. The caller disposes it.</summary>
    /// <exception cref="FailureException">DataLoss WEIGHTS_HASH_MISMATCH, WEIGHTS_MISSING or WEIGHTS_FILE_DAMAGED; FailedPrecondition
    /// WEIGHTS_DO_NOT_FIT.</exception>
    public TargetNetwork Load(ModelCard card, torch.Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(card);
        return Load(card, VersionFolder(card.Name, card.Version), device);
    }

    /// <summary>Whether a model is whole: hash, fit, and the self-check's feature within <see cref="ToleranceOf"/>.</summary>
    /// <returns>The largest difference of a component from the recorded feature; 0 when none is recorded.</returns>
    /// <exception cref="FailureException">As <see cref="Load(ModelCard, torch.Device)"/>, and DataLoss MODEL_CHECK_FAILED.</exception>
    public float Check(ModelCard card)
    {
        using var target = Load(card);
        var feature = PatternFeature(target);
        if (card.Check is null) return 0;
        var difference = feature.Zip(card.Check.Feature, (now, then) => Math.Abs(now - then)).Max();
        return difference <= ToleranceOf(card) ? difference : throw ModelFailure.CheckFailed(card, difference);
    }

    /// <summary>Largest difference that a self-check allows a model.</summary>
    internal static float ToleranceOf(ModelCard card) => card.DataType == ModelCard.Float32DataType ? CheckTolerance : BFloat16CheckTolerance;

    private static ModelCard Draft(NewModel model) => new()
    {
        Name = model.Name,
        Version = 1,
        Architecture = model.Architecture,
        ArchitectureOptions = model.ArchitectureOptions,
        Weights = new WeightsFile(ModelForm.Of(model.Architecture).FileName, new string('0', 64)),
        FeatureDimension = 1,
        Input = model.Input,
        Resize = model.Resize,
        Pad = model.Pad,
        Mean = model.Mean,
        Std = model.Std,
        Pooling = model.Pooling,
        GemP = model.GemP,
        Scales = model.Scales,
        Flip = model.Flip,
        Engine = ModelForm.Of(model.Architecture).Engine,
        DataType = model.DataType,
        BatchSizes = model.BatchSizes,
        Licence = model.Licence,
        Source = model.Source,
    };

    /// <returns>What was given, unless it was copied as it is.</returns>
    private static OriginalWeights? ImportWeights(NewModel model, ModelCard draft, string path, out StateLoadReport report)
    {
        if (ModelForm.IsWhole(draft.Architecture))
        {
            report = new StateLoadReport([], [], [], [], "");
            AtomicFile.Write(path, stream => CopyTo(model.WeightsPath, stream));
            return null;
        }

        using var network = CreateNetwork(draft);
        using var reader = StateReader.Open(model.WeightsPath, model.WeightsKey);
        if (reader is SafetensorsReader)
        {
            report = StateMatch.Find(network.state_dict(), reader, network.MayBeMissing, network.MayBeUnused).Report;
            AtomicFile.Write(path, stream => CopyTo(model.WeightsPath, stream));
            return null;
        }

        report = ModuleWeights.Convert(network, reader, path, network.MayBeMissing, network.MayBeUnused);
        return new OriginalWeights(Path.GetFileName(model.WeightsPath), Sha256(model.WeightsPath));
    }

    private static ModelCard Examine(ModelCard draft, string folder)
    {
        using var whitening = LoadWhitening(draft, folder, torch.CPU);
        var engine = Open(draft, Path.Combine(folder, draft.Weights.File), torch.CPU);
        var card = draft with
        {
            FeatureDimension = whitening?.Outputs ?? engine.FeatureDimension,
            TakesAlignedFaces = engine.TakesAlignedFaces,
            BatchSizes = engine.FixedBatchSize is { } size ? [size] : draft.BatchSizes,
        };
        using var target = Target(card, engine, folder, torch.CPU);
        return card with { Check = new CheckFeature(PatternFeature(target)) };
    }

    private static float[] PatternFeature(TargetNetwork target)
    {
        var card = target.Card;
        // The size that no resize changes, since resize may be none.
        var pattern = CheckPattern.Image(card.Input.Width - card.Pad[0] - card.Pad[2], card.Input.Height - card.Pad[1] - card.Pad[3]);
        try
        {
            return target.Extract([pattern])[0];
        }
        catch (System.Runtime.InteropServices.ExternalException exception)
        {
            throw new FailureException(FailureKind.InvalidArgument, "MODEL_INPUT_INVALID",
                $"The architecture {card.Architecture} cannot take an input of {card.Input.Height}x{card.Input.Width} (rows x columns){(card.Scales.Count > 1 ? " at each of its scales" : "")}.", exception)
            {
                Field = "input",
            };
        }
    }

    private static FeatureNetwork CreateNetwork(ModelCard card) => ArchitectureRegistry.Create(card.Architecture, new ArchitectureOptions
    {
        Pooling = card.Pooling,
        GemExponent = card.GemP,
        Values = card.ArchitectureOptions,
    });

    private static TargetNetwork Load(ModelCard card, string folder, torch.Device? device)
    {
        var path = WholeFile(card, card.Weights, folder);
        return Target(card, Open(card, path, device ?? torch.CPU), folder, device ?? torch.CPU);
    }

    private static IFeatureEngine Open(ModelCard card, string path, torch.Device device) => card.Architecture switch
    {
        OnnxEngine.ArchitectureName => OnnxEngine.Open(card, path, device),
        TorchScriptEngine.ArchitectureName => TorchScriptEngine.Open(card, path, device),
        _ => OpenWeights(card, path, device),
    };

    private static ModuleEngine OpenWeights(ModelCard card, string path, torch.Device device)
    {
        using var reader = SafetensorsReader.Open(path);
        var network = CreateNetwork(card);
        try
        {
            ModuleWeights.Load(network, reader, network.MayBeMissing, network.MayBeUnused);
            return new ModuleEngine(network, card.TorchDataType, device);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static Whitening? LoadWhitening(ModelCard card, string folder, torch.Device? device)
    {
        if (card.Whitening is null) return null;
        using var reader = SafetensorsReader.Open(WholeFile(card, card.Whitening, folder));
        return Whitening.Load(reader, device);
    }

    private static string WholeFile(ModelCard card, WeightsFile file, string folder)
    {
        var path = Path.Combine(folder, file.File);
        if (!File.Exists(path)) throw ModelFailure.WeightsMissing(card, file);
        return Sha256(path) == file.Sha256 ? path : throw ModelFailure.HashMismatch(card, file);
    }

    private static TargetNetwork Target(ModelCard card, IFeatureEngine engine, string folder, torch.Device device)
    {
        Whitening? whitening = null;
        try
        {
            whitening = LoadWhitening(card, folder, device);
            return new TargetNetwork(card, engine, device, whitening);
        }
        catch
        {
            whitening?.Dispose();
            engine.Dispose();
            throw;
        }
    }

    private static ModelCard Publish(ModelCard card, string temporary, string modelFolder)
    {
        for (var version = VersionsIn(modelFolder).DefaultIfEmpty().Max() + 1; ; version++)
        {
            var numbered = card with { Version = version };
            ModelCardRules.Check(numbered);
            AtomicFile.Write(Path.Combine(temporary, CardFile), stream => stream.Write(Encoding.UTF8.GetBytes(ModelCardJson.Write(numbered))));
            var target = Path.Combine(modelFolder, version.ToString(CultureInfo.InvariantCulture));
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

    private static void CopyTo(string path, Stream target)
    {
        using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        source.CopyTo(target);
    }

    private static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static List<int> VersionsIn(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        var versions = new List<int>();
        foreach (var path in Directory.EnumerateDirectories(folder))
        {
            if (ModelName.TryParseVersion(Path.GetFileName(path), out var version) && File.Exists(Path.Combine(path, CardFile))) versions.Add(version);
        }

        versions.Sort();
        return versions;
    }

    private List<int> Versions(string name) => VersionsIn(Path.Combine(_folder, name));

    private string[] Names() => Directory.Exists(_folder)
        ? [.. Directory.EnumerateDirectories(_folder).Select(path => Path.GetFileName(path)).Where(ModelName.IsValid)
            .Where(name => Versions(name).Count > 0).Order(StringComparer.Ordinal)]
        : [];

    private string VersionFolder(string name, int version) => Path.Combine(_folder, name, version.ToString(CultureInfo.InvariantCulture));

    private ModelCard ReadCard(string name, int version)
    {
        try
        {
            var path = Path.Combine(VersionFolder(name, version), CardFile);
            if (new FileInfo(path).Length > LargestCard) throw ModelFailure.CardInvalid("card", $"is larger than {LargestCard} bytes");
            var card = ModelCardJson.Read(File.ReadAllBytes(path));
            if (card.Name != name || card.Version != version) throw ModelFailure.CardInvalid("name and version", "differ from its folder's");
            return card;
        }
        catch (Exception exception) when (exception is FailureException or IOException)
        {
            throw ModelFailure.CardDamaged(name, version, exception is IOException ? new IOException("it cannot be read", exception) : exception);
        }
    }
}
