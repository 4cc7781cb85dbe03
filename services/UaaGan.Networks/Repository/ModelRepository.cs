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

    private readonly ModelFolders _folders;

    /// <param name="folder">The repository's folder, $STATE/models; it need not exist yet.</param>
    public ModelRepository(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folders = new ModelFolders(Path.GetFullPath(folder));
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
        var draft = ModelImport.Draft(model);
        StateLoadReport? found = null;
        var card = _folders.Add(model.Name, folder => ModelImport.Into(folder, model, draft, out found));
        report = found!;
        return card;
    }

    /// <summary>Every version of every model, by name (ordinal), then version; one whose card is damaged stands there with its failure.</summary>
    public IReadOnlyList<ModelEntry> List() => _folders.List();

    /// <summary>One model's card; without a version the highest one.</summary>
    /// <exception cref="FailureException">InvalidArgument MODEL_NAME_INVALID; NotFound MODEL_NOT_FOUND; DataLoss MODEL_CARD_DAMAGED.</exception>
    public ModelCard Get(string name, int? version = null)
    {
        ModelName.Check(name);
        return _folders.Read(name, version);
    }

    /// <summary>Loads a model after its weights matched their hash. The caller disposes it.</summary>
    /// <exception cref="FailureException">DataLoss WEIGHTS_HASH_MISMATCH, WEIGHTS_MISSING or WEIGHTS_FILE_DAMAGED; FailedPrecondition
    /// WEIGHTS_DO_NOT_FIT.</exception>
    public TargetNetwork Load(ModelCard card, torch.Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(card);
        return ModelLoader.Load(card, _folders.Of(card.Name, card.Version), device ?? torch.CPU);
    }

    /// <summary>Loads a model that must also give the self-check's feature, when its card records one. The caller disposes it.</summary>
    /// <exception cref="FailureException">As <see cref="Load"/>, and DataLoss MODEL_CHECK_FAILED.</exception>
    public TargetNetwork LoadChecked(ModelCard card, torch.Device? device = null)
    {
        var target = Load(card, device);
        try
        {
            if (card.Check is not null) Difference(target);
            return target;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    /// <summary>Whether a model is whole: hash, fit, and the self-check's feature within <see cref="ToleranceOf"/>.</summary>
    /// <returns>The largest difference of a component from the recorded feature; 0 when none is recorded.</returns>
    /// <exception cref="FailureException">As <see cref="Load"/>, DataLoss MODEL_CHECK_FAILED and FailedPrecondition FEATURE_INVALID.</exception>
    public float Check(ModelCard card)
    {
        using var target = Load(card);
        return Difference(target);
    }

    /// <summary>Largest difference that a self-check allows a model.</summary>
    internal static float ToleranceOf(ModelCard card) => card.DataType == ModelCard.Float32DataType ? CheckTolerance : BFloat16CheckTolerance;

    private static float Difference(TargetNetwork target)
    {
        var card = target.Card;
        var feature = ModelLoader.PatternFeature(target);
        if (card.Check is null) return 0;
        var difference = feature.Zip(card.Check.Feature, (now, then) => Math.Abs(now - then)).Max();
        return difference <= ToleranceOf(card) ? difference : throw ModelFailure.CheckFailed(card, difference);
    }
}
