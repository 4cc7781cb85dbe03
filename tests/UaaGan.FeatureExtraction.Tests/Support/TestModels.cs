using TorchSharp;
using UaaGan.Imaging;
using UaaGan.Networks;

namespace UaaGan.FeatureExtraction.Tests.Support;

/// <summary>A state folder of a test's own, with small random networks in its model repository.</summary>
internal sealed class TestModels : IDisposable
{
    public const int Dimension = 16;

    private readonly string _folder = Directory.CreateTempSubdirectory("uaagan-features-").FullName;

    public string State => Path.Combine(_folder, "state");

    public ModelRepository Repository => new(Path.Combine(State, "models"));

    /// <summary>Adds a model, or a version of one, with the random weights of a seed.</summary>
    public ModelCard Add(string name, int seed = 1, ResizeMode resize = ResizeMode.Bilinear)
    {
        string weights = Weights(seed, Dimension);
        return Repository.Add(new NewModel
        {
            Name = name,
            Architecture = "demo_resnet",
            WeightsPath = weights,
            Input = new InputSize(32, 24),
            ArchitectureOptions = Options(Dimension),
            Resize = resize,
            BatchSizes = [1, 2, 4],
        });
    }

    /// <summary>The feature that a model gives when it is called in process, alone.</summary>
    public float[] Expected(ModelCard card, PixelImage image)
    {
        using var network = Repository.Load(card);
        network.SettleBatchSizes();
        return network.Extract([image])[0];
    }

    public string WeightsPath(ModelCard card) => Path.Combine(State, "models", card.Name, $"{card.Version}", card.Weights.File);

    public string CardPath(ModelCard card) => Path.Combine(State, "models", card.Name, $"{card.Version}", "model.json");

    /// <summary>Changes one byte of a model's weights, as a failing disk does.</summary>
    public void Damage(ModelCard card)
    {
        byte[] bytes = File.ReadAllBytes(WeightsPath(card));
        bytes[^1] ^= 1;
        File.WriteAllBytes(WeightsPath(card), bytes);
    }

    /// <summary>Breaks a model so that it cannot be loaded: hash, missing, cut, shape, feature or card.</summary>
    public void Break(ModelCard card, string fault)
    {
        switch (fault)
        {
            case "hash":
                Damage(card);
                break;
            case "missing":
                File.Delete(WeightsPath(card));
                break;
            case "cut":
                File.WriteAllBytes(WeightsPath(card), File.ReadAllBytes(WeightsPath(card))[..^1]);
                Seal(card);
                break;
            case "shape":
                Misfit(card);
                break;
            case "feature":
                Seal(card with { Check = new CheckFeature([.. card.Check!.Feature.Select(value => -value)]) });
                break;
            case "card":
                File.WriteAllText(CardPath(card), "{");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault");
        }
    }

    /// <summary>Gives a model the weights of another architecture, with their right hash in the card.</summary>
    public void Misfit(ModelCard card)
    {
        File.Copy(Weights(1, 2 * Dimension), WeightsPath(card), overwrite: true);
        Seal(card);
    }

    /// <summary>Makes the card agree with the weights that lie there now.</summary>
    public void Seal(ModelCard card)
    {
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(WeightsPath(card))));
        File.WriteAllText(CardPath(card), ModelCardJson.Write(card with { Weights = card.Weights with { Sha256 = hash } }));
    }

    /// <summary>
    /// Adds a model whose feature is finite for a black image and overflows for a white one: nothing is added to the pixels, so that
    /// black stays zero up to the embedding, whose bias is the feature.
    /// </summary>
    public ModelCard AddOverflowing(string name)
    {
        var card = Repository.Add(new NewModel
        {
            Name = name,
            Architecture = "demo_resnet",
            WeightsPath = Weights(1, Dimension, normalised: false),
            Input = new InputSize(32, 24),
            ArchitectureOptions = Options(Dimension, normalised: false),
            Mean = [0, 0, 0],
            Std = [1, 1, 1],
        });
        using (var network = ArchitectureRegistry.Create("demo_resnet", new ArchitectureOptions { Values = Options(Dimension, normalised: false) }))
        {
            using (torch.no_grad())
            {
                foreach (var (key, tensor) in network.state_dict())
                {
                    if (key == "embedding.linear.weight") tensor.mul_(1e38f);
                }
            }

            ModuleWeights.Save(network, WeightsPath(card));
        }

        Seal(card with { Check = null });
        return Repository.Get(name);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Dictionary<string, int> Options(int dimension, bool normalised = true) =>
        new() { ["width"] = 4, ["stages"] = 2, ["feature_dimension"] = dimension, ["feature_batch_norm"] = normalised ? 1 : 0 };

    private string Weights(int seed, int dimension, bool normalised = true)
    {
        string path = Path.Combine(_folder, $"{seed}-{dimension}-{normalised}.safetensors");
        if (File.Exists(path)) return path;
        torch.random.manual_seed(seed);
        using var network = ArchitectureRegistry.Create("demo_resnet", new ArchitectureOptions { Values = Options(dimension, normalised) });
        ModuleWeights.Save(network, path);
        return path;
    }
}
