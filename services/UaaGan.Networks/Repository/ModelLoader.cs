using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TorchSharp;
using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>From a card and the files beside it to a network that gives features.</summary>
internal static class ModelLoader
{
    /// <inheritdoc cref="ModelRepository.Load"/>
    /// <param name="folder">Where its files lie.</param>
    public static TargetNetwork Load(ModelCard card, string folder, torch.Device device)
    {
        var engine = Open(card, WholeFile(card, card.Weights, folder), device);
        Whitening? whitening = null;
        try
        {
            if (card.Whitening is { } file) whitening = OpenWhitening(WholeFile(card, file, folder), device);
            return new TargetNetwork(card, engine, device, whitening);
        }
        catch
        {
            whitening?.Dispose();
            engine.Dispose();
            throw;
        }
    }

    /// <summary>The engine of a card on its file, whose hash is not looked at.</summary>
    public static IFeatureEngine Open(ModelCard card, string path, torch.Device device) => card.Architecture switch
    {
        OnnxEngine.ArchitectureName => OnnxEngine.Open(card, path, device),
        TorchScriptEngine.ArchitectureName => TorchScriptEngine.Open(card, path, device),
        _ => OpenWeights(card, CreateNetwork(card), path, device, out _),
    };

    /// <summary>The engine of one of this library's architectures with the weights of a safetensors file.</summary>
    /// <param name="card">The card.</param>
    /// <param name="network">Its network, which the engine owns; disposed when this throws.</param>
    /// <param name="path">The weights.</param>
    /// <param name="device">Where it will run.</param>
    /// <param name="report">What became of the file's keys.</param>
    public static IFeatureEngine OpenWeights(ModelCard card, FeatureNetwork network, string path, torch.Device device, out StateLoadReport report)
    {
        try
        {
            using var reader = SafetensorsReader.Open(path);
            report = ModuleWeights.Load(network, reader, network.MayBeMissing, network.MayBeUnused);
            return new ModuleEngine(network, card.TorchDataType, device);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The network that a card describes, with its initial weights.</summary>
    public static FeatureNetwork CreateNetwork(ModelCard card) => ArchitectureRegistry.Create(card.Architecture, new ArchitectureOptions
    {
        Pooling = card.Pooling,
        GemExponent = card.GemP,
        Values = card.ArchitectureOptions,
    });

    /// <summary>The whitening of a file.</summary>
    public static Whitening OpenWhitening(string path, torch.Device device)
    {
        using var reader = SafetensorsReader.Open(path);
        return Whitening.Load(reader, device);
    }

    /// <summary>The feature of <see cref="CheckPattern"/>, which self-checks record and compare.</summary>
    /// <exception cref="FailureException">InvalidArgument MODEL_INPUT_INVALID: the architecture cannot take the card's input.</exception>
    public static float[] PatternFeature(TargetNetwork target)
    {
        var card = target.Card;
        // The size that no resize changes, since resize may be none.
        var pattern = CheckPattern.Image(card.Input.Width - card.Pad[0] - card.Pad[2], card.Input.Height - card.Pad[1] - card.Pad[3]);
        try
        {
            return target.Extract([pattern])[0];
        }
        catch (ExternalException exception)
        {
            var scales = card.Scales.Count > 1 ? " at each of its scales" : "";
            throw new FailureException(FailureKind.InvalidArgument, "MODEL_INPUT_INVALID",
                $"The architecture {card.Architecture} cannot take an input of {card.Input.Height}x{card.Input.Width} (rows x columns){scales}.", exception)
            {
                Field = "input",
            };
        }
    }

    /// <summary>SHA-256 of a file, 64 lower-case hexadecimal digits.</summary>
    public static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string WholeFile(ModelCard card, WeightsFile file, string folder)
    {
        var path = Path.Combine(folder, file.File);
        if (!File.Exists(path)) throw ModelFailure.WeightsMissing(card, file);
        return Sha256(path) == file.Sha256 ? path : throw ModelFailure.HashMismatch(card, file);
    }
}
