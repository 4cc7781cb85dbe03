using TorchSharp;

namespace UaaGan.Networks;

/// <summary>Makes the files and the card of a model that is added.</summary>
internal static class ModelImport
{
    private const string WhiteningFileName = "whitening.safetensors";

    /// <summary>The card as far as it is known before the weights are: a wrong option is found before anything is copied.</summary>
    /// <exception cref="Failures.FailureException">InvalidArgument MODEL_NAME_INVALID or MODEL_CARD_INVALID; NotFound WEIGHTS_FILE_NOT_FOUND.</exception>
    public static ModelCard Draft(NewModel model)
    {
        ModelName.Check(model.Name);
        var form = ModelForm.Of(model.Architecture);
        var draft = new ModelCard
        {
            Name = model.Name,
            Version = 1,
            Architecture = model.Architecture,
            ArchitectureOptions = model.ArchitectureOptions,
            Weights = new WeightsFile(form.FileName, new string('0', 64)),
            FeatureDimension = 1,
            Input = model.Input,
            Resize = model.Resize,
            ShortSide = model.ShortSide,
            Pad = model.Pad,
            Mean = model.Mean,
            Std = model.Std,
            ChannelOrder = model.ChannelOrder,
            Pooling = model.Pooling,
            GemP = model.GemP,
            Scales = model.Scales,
            Flip = model.Flip,
            Engine = form.Engine,
            DataType = model.DataType,
            BatchSizes = model.BatchSizes,
            Licence = model.Licence,
            Source = model.Source,
        };
        ModelCardRules.Check(draft);
        if (!File.Exists(model.WeightsPath)) throw WeightsFailure.NotFound(Path.GetFileName(model.WeightsPath));
        if (model.WhiteningPath is { } path && !File.Exists(path)) throw WeightsFailure.NotFound(Path.GetFileName(path));
        return draft;
    }

    /// <summary>Puts weights and whitening into a folder, loads them from there, and completes the card with what they turn out to be.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="model">The model.</param>
    /// <param name="draft">Its <see cref="Draft"/>.</param>
    /// <param name="report">What became of the keys of its weights; empty for a whole model.</param>
    public static ModelCard Into(string folder, NewModel model, ModelCard draft, out StateLoadReport report)
    {
        var path = Path.Combine(folder, draft.Weights.File);
        var engine = ImportWeights(model, draft, path, out report, out var original);
        Whitening? whitening = null;
        ModelCard card;
        TargetNetwork target;
        try
        {
            card = draft with
            {
                Weights = draft.Weights with { Sha256 = ModelLoader.Sha256(path), Original = original },
                FeatureDimension = engine.FeatureDimension,
                TakesAlignedFaces = engine.TakesAlignedFaces,
                BatchSizes = engine.FixedBatchSize is { } size ? [size] : draft.BatchSizes,
            };
            if (model.WhiteningPath is { } source)
            {
                var copy = Path.Combine(folder, WhiteningFileName);
                Copy(source, copy);
                whitening = ModelLoader.OpenWhitening(copy, torch.CPU);
                card = card with { Whitening = new WeightsFile(WhiteningFileName, ModelLoader.Sha256(copy)), FeatureDimension = whitening.Outputs };
            }

            target = new TargetNetwork(card, engine, torch.CPU, whitening);
        }
        catch
        {
            whitening?.Dispose();
            engine.Dispose();
            throw;
        }

        using (target) return card with { Check = new CheckFeature(ModelLoader.PatternFeature(target)) };
    }

    /// <param name="original">What was given, unless it was copied as it is.</param>
    private static IFeatureEngine ImportWeights(
        NewModel model, ModelCard draft, string path, out StateLoadReport report, out OriginalWeights? original)
    {
        original = null;
        if (ModelForm.IsWhole(draft.Architecture))
        {
            report = new StateLoadReport([], [], [], [], "");
            Copy(model.WeightsPath, path);
            return ModelLoader.Open(draft, path, torch.CPU);
        }

        var network = ModelLoader.CreateNetwork(draft);
        StateLoadReport? converted;
        try
        {
            converted = ImportState(model, network, path);
        }
        catch
        {
            network.Dispose();
            throw;
        }

        var engine = ModelLoader.OpenWeights(draft, network, path, torch.CPU, out report);
        if (converted is null) return engine;
        report = converted;
        original = new OriginalWeights(Path.GetFileName(model.WeightsPath), ModelLoader.Sha256(model.WeightsPath));
        return engine;
    }

    /// <returns>What became of the keys; null for a safetensors file, which is copied and not looked into.</returns>
    private static StateLoadReport? ImportState(NewModel model, FeatureNetwork network, string path)
    {
        using var reader = StateReader.Open(model.WeightsPath, model.WeightsKey);
        if (reader is not SafetensorsReader) return ModuleWeights.Convert(network, reader, path, network.MayBeMissing, network.MayBeUnused);
        Copy(model.WeightsPath, path);
        return null;
    }

    private static void Copy(string from, string to) => AtomicFile.Write(to, target =>
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read);
        source.CopyTo(target);
    });
}
