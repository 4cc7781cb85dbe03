using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;
using UaaGan.Failures;
using UaaGan.Protos.Inference;

namespace UaaGan.Hosting;

/// <summary>The one output that every model has.</summary>
internal static class InferenceOutput
{
    /// <summary>Checks that a request asks for nothing but the output that there is.</summary>
    /// <exception cref="FailureException">INVALID_ARGUMENT, with the field.</exception>
    public static void CheckRequested(ModelInferRequest request, string output)
    {
        foreach (var (index, wanted) in request.Outputs.Index())
        {
            if (wanted.Name != output)
                throw Fault("OUTPUT_UNKNOWN", $"The model has no output '{wanted.Name}'; it has {output}.", $"outputs[{index}].name");
            if (index > 0) throw Fault("OUTPUT_REPEATS", $"{output} is asked for {request.Outputs.Count} times.", "outputs");
            if (wanted.Parameters.Keys.FirstOrDefault() is { } parameter)
                throw Fault("PARAMETER_UNKNOWN", $"{output} has the parameter '{parameter}'; tensors have none here.", $"outputs[{index}].parameters.{parameter}");
        }
    }

    /// <summary>Puts the answers of all images into one tensor.</summary>
    /// <param name="response">Gets the tensor.</param>
    /// <param name="output">The tensor's form.</param>
    /// <param name="answers">The elements of each image.</param>
    /// <param name="isRaw">Whether the contents go to raw_output_contents.</param>
    public static void Write(ModelInferResponse response, InferenceTensor output, IReadOnlyList<ReadOnlyMemory<byte>> answers, bool isRaw)
    {
        var tensor = new ModelInferResponse.Types.InferOutputTensor
        {
            Name = output.Name,
            Datatype = output.DataType,
            Shape = { output.ItemShape.Prepend(answers.Count) },
        };
        if (isRaw) response.RawOutputContents.Add(UnsafeByteOperations.UnsafeWrap(Join(answers, lengths: output.DataType == InferenceInput.Encoded)));
        else tensor.Contents = Typed(output, answers);
        response.Outputs.Add(tensor);
    }

    private static byte[] Join(IReadOnlyList<ReadOnlyMemory<byte>> answers, bool lengths)
    {
        int prefix = lengths ? sizeof(uint) : 0;
        byte[] all = new byte[answers.Sum(answer => prefix + answer.Length)];
        var rest = all.AsSpan();
        foreach (var answer in answers)
        {
            if (lengths) BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)answer.Length);
            answer.Span.CopyTo(rest[prefix..]);
            rest = rest[(prefix + answer.Length)..];
        }

        return all;
    }

    private static InferTensorContents Typed(InferenceTensor output, IReadOnlyList<ReadOnlyMemory<byte>> answers)
    {
        var contents = new InferTensorContents();
        foreach (var answer in answers)
        {
            switch (output.DataType)
            {
                case "FP32":
                    contents.Fp32Contents.AddRange(MemoryMarshal.Cast<byte, float>(answer.Span).ToArray());
                    break;
                case InferenceInput.Pixels:
                    contents.UintContents.AddRange(MemoryMarshal.ToEnumerable(answer).Select(value => (uint)value));
                    break;
                case InferenceInput.Encoded:
                    contents.BytesContents.Add(UnsafeByteOperations.UnsafeWrap(answer));
                    break;
                default:
                    throw new InvalidOperationException($"An output of {output.DataType} has no typed contents here.");
            }
        }

        return contents;
    }

    private static FailureException Fault(string reason, string message, string field) =>
        new(FailureKind.InvalidArgument, reason, message) { Field = field };
}
