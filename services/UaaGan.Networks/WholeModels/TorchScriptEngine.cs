using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UaaGan.Failures;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>A TorchScript archive (torch.jit.save), run by libtorch: features, and gradients if its operators have them.</summary>
internal sealed class TorchScriptEngine : IFeatureEngine
{
    /// <summary>What a card names as its architecture.</summary>
    public const string ArchitectureName = "torchscript";

    // libtorch's importer keeps tables for the whole process that two loads at once can corrupt.
    private static readonly Lock Loading = new();

    private readonly jit.ScriptModule _module;
    private readonly ModelCard _card;
    private readonly ScalarType _dataType;
    private readonly int? _output;
    private readonly Device _device;
    private readonly Lazy<bool> _supportsGradient;

    private TorchScriptEngine(ModelCard card, jit.ScriptModule module, int? output, Device device)
    {
        (_card, _module, _output, _device, _dataType) = (card, module, output, device, card.TorchDataType);
        using var scope = NewDisposeScope();
        if (_dataType != ScalarType.Float32) ScriptModules.Convert(module, _dataType);
        module.eval();
        foreach (var parameter in module.parameters()) parameter.requires_grad_(false);
        (FeatureDimension, FixedBatchSize) = FeatureOutput.Probe(card, Features, declared: null, device);
        _supportsGradient = new Lazy<bool>(() => _dataType == ScalarType.Float32 && GivesGradient());
    }

    public int FeatureDimension { get; }

    public int? FixedBatchSize { get; }

    public bool SupportsGradient => _supportsGradient.Value;

    /// <summary>Opens an archive that <see cref="TorchScriptArchive"/> finds nothing wrong with.</summary>
    /// <exception cref="FailureException">NotFound WEIGHTS_FILE_NOT_FOUND; DataLoss WEIGHTS_FILE_DAMAGED; InvalidArgument
    /// WEIGHTS_NOT_SUPPORTED, MODEL_OPERATOR_REFUSED, MODEL_NOT_SUPPORTED, MODEL_INPUT_INVALID, MODEL_OUTPUT_INVALID, ARCHITECTURE_OPTION_UNKNOWN or ARCHITECTURE_OPTION_INVALID.</exception>
    public static TorchScriptEngine Open(ModelCard card, string path, Device device)
    {
        var output = WholeModelOptions.Output(card);
        TorchScriptArchive.Check(path);
        var module = Load(path, device);
        try
        {
            return new TorchScriptEngine(card, module, output, device);
        }
        catch
        {
            ScriptModules.Release(module);
            throw;
        }
    }

    public Tensor Features(Tensor images)
    {
        var batch = images.shape[0];
        try
        {
            return FeatureOutput.Features(Chosen(_module.forward(images.to(_dataType))), batch);
        }
        catch (ExternalException exception)
        {
            throw WholeModelFailure.DoesNotRun(_card, batch, LastLine(exception), exception);
        }
        catch (Exception exception) when (exception is NotImplementedException or ArgumentOutOfRangeException)
        {
            // What TorchSharp does with a result that it has no type for.
            throw WholeModelFailure.OutputInvalid("neither a tensor nor a tuple or list of tensors", exception);
        }
    }

    public void Dispose() => ScriptModules.Release(_module);

    private static jit.ScriptModule Load(string path, Device device)
    {
        try
        {
            lock (Loading) return jit.load(path, device.type, device.index);
        }
        catch (ExternalException exception)
        {
            throw WholeModelFailure.NotLoaded("libtorch", LastLine(exception), exception);
        }
    }

    private Tensor Chosen(object? result)
    {
        object?[] outputs = result switch
        {
            ITuple tuple => [.. Enumerable.Range(0, tuple.Length).Select(i => tuple[i])],
            object?[] list => list,
            _ => [result],
        };
        if (_output is null && outputs.Length != 1 || _output >= outputs.Length) throw WholeModelFailure.OutputNotChosen(outputs.Length, _output);
        return outputs[_output ?? 0] as Tensor ?? throw WholeModelFailure.OutputInvalid("an output that is no tensor");
    }

    /// <summary>A trace made without gradients may hold fused operators that have none; only trying tells.</summary>
    private bool GivesGradient()
    {
        using var scope = NewDisposeScope();
        using var gradient = enable_grad();
        var images = PixelTensor.FromImage(CheckPattern.Image(_card.Input.Width, _card.Input.Height)).to(_device).requires_grad_();
        try
        {
            // Not autograd.grad, which lets the process end where a gradient is missing.
            Features(images.repeat(FixedBatchSize ?? 1, 1, 1, 1)).sum().backward();
            return true;
        }
        catch (Exception exception) when (exception is ExternalException or FailureException)
        {
            return false;
        }
    }

    /// <summary>The cause: what stands above it is where in the archive's code.</summary>
    private static string LastLine(ExternalException exception) =>
        exception.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault(exception.GetType().Name);
}
