namespace UaaGan.Networks;

/// <summary>What file lies beside a card and which engine runs it: both follow from the architecture.</summary>
/// <param name="FileName">The file's name.</param>
/// <param name="Engine">The engine.</param>
internal sealed record ModelForm(string FileName, string Engine)
{
    private static readonly ModelForm Weights = new("weights.safetensors", ModelCard.LibtorchEngine);

    private static readonly Dictionary<string, ModelForm> WholeModels = new(StringComparer.Ordinal)
    {
        [OnnxEngine.ArchitectureName] = new("model.onnx", ModelCard.OnnxRuntimeEngine),
        [TorchScriptEngine.ArchitectureName] = new("model.pt", ModelCard.LibtorchEngine),
    };

    /// <summary>What a card may name as its architecture, in ordinal order.</summary>
    public static IReadOnlyCollection<string> Architectures { get; } =
        [.. ArchitectureRegistry.Names.Concat(WholeModels.Keys).Order(StringComparer.Ordinal)];

    /// <summary>Whether an architecture's file holds the network with its weights.</summary>
    public static bool IsWhole(string architecture) => WholeModels.ContainsKey(architecture);

    /// <summary>The form of an architecture's models.</summary>
    public static ModelForm Of(string architecture) => WholeModels.GetValueOrDefault(architecture, Weights);
}
