using Microsoft.ML.OnnxRuntime;
using UaaGan.Failures;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>An ONNX file, run by ONNX Runtime on the CPU: features only.</summary>
internal sealed class OnnxEngine : IFeatureEngine
{
    /// <summary>What a card names as its architecture.</summary>
    public const string ArchitectureName = "onnx";

    private readonly ModelCard _card;
    private readonly InferenceSession _session;
    private readonly string _input, _output;

    private OnnxEngine(ModelCard card, InferenceSession session, int? output, Device device)
    {
        (_card, _session) = (card, session);
        if (session.OutputNames is not [_] && output is null || output >= session.OutputNames.Count)
            throw WholeModelFailure.OutputNotChosen(session.OutputNames.Count, output);
        (_input, _output) = (session.InputNames.Count == 1 ? session.InputNames[0] : "", session.OutputNames[output ?? 0]);
        (FeatureDimension, FixedBatchSize) = FeatureOutput.Probe(card, Features, DeclaredBatchSize(), device);
    }

    public int FeatureDimension { get; }

    public int? FixedBatchSize { get; }

    public bool SupportsGradient => false;

    /// <summary>Opens a file that <see cref="OnnxFile"/> finds nothing wrong with.</summary>
    /// <exception cref="FailureException">NotFound WEIGHTS_FILE_NOT_FOUND; DataLoss WEIGHTS_FILE_DAMAGED; InvalidArgument
    /// MODEL_EXTERNAL_DATA, MODEL_NOT_SUPPORTED, MODEL_INPUT_INVALID, MODEL_OUTPUT_INVALID, ARCHITECTURE_OPTION_UNKNOWN or ARCHITECTURE_OPTION_INVALID.</exception>
    public static OnnxEngine Open(ModelCard card, string path, Device device)
    {
        var output = WholeModelOptions.Output(card);
        OnnxFile.Check(path);
        var session = Load(path);
        try
        {
            return new OnnxEngine(card, session, output, device);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public Tensor Features(Tensor images)
    {
        var batch = images.shape[0];
        using var given = OrtValue.CreateTensorValueFromMemory(images.cpu().contiguous().data<float>().ToArray(), images.shape);
        try
        {
            using var run = new RunOptions();
            using var results = _session.Run(run, [_input], [given], [_output]);
            return FeatureOutput.Features(ToTensor(results[0]), batch).to(images.device);
        }
        catch (OnnxRuntimeException exception)
        {
            throw WholeModelFailure.DoesNotRun(_card, batch, exception.Message, exception);
        }
    }

    public void Dispose() => _session.Dispose();

    private static InferenceSession Load(string path)
    {
        using var options = new SessionOptions
        {
            // As many as torch has on this thread, which is what the service's TorchThreads sets.
            IntraOpNumThreads = get_num_threads(),
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        try
        {
            return new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw WholeModelFailure.NotLoaded("ONNX Runtime", exception.Message.Replace(path, Path.GetFileName(path), StringComparison.Ordinal), exception);
        }
    }

    /// <summary>The batch size that the file fixes, or null.</summary>
    private int? DeclaredBatchSize()
    {
        if (_session.InputNames.Count != 1) throw WholeModelFailure.InputInvalid(_card, $"takes {_session.InputNames.Count} inputs ({string.Join(", ", _session.InputNames)})");
        var input = _session.InputMetadata[_input];
        if (!input.IsTensor || input.ElementDataType != Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float)
            throw WholeModelFailure.InputInvalid(_card, $"takes '{_input}', which is no float32 tensor");
        int[] wanted = [-1, 3, _card.Input.Height, _card.Input.Width];
        if (input.Dimensions.Length != wanted.Length || input.Dimensions.Zip(wanted).Any(pair => pair.First >= 0 && pair.Second >= 0 && pair.First != pair.Second))
            throw WholeModelFailure.InputInvalid(_card, $"takes '{_input}' as [{string.Join(", ", input.Dimensions.Select(size => size < 0 ? "any" : $"{size}"))}]");
        return input.Dimensions[0] > 0 ? input.Dimensions[0] : null;
    }

    private static Tensor ToTensor(OrtValue value)
    {
        if (!value.IsTensor) throw WholeModelFailure.OutputInvalid("an output that is no tensor");
        var type = value.GetTensorTypeAndShape();
        if (type.ElementDataType != Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float)
            throw WholeModelFailure.OutputInvalid($"{type.ElementDataType} [{string.Join(", ", type.Shape)}]");
        return tensor(value.GetTensorDataAsSpan<float>().ToArray(), type.Shape);
    }
}
