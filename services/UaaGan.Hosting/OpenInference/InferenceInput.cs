using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using UaaGan.Failures;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Inference;
using InputTensor = UaaGan.Protos.Inference.ModelInferRequest.Types.InferInputTensor;

namespace UaaGan.Hosting;

/// <summary>The one input that every model has: n images, as encoded files or as pixels, typed or raw.</summary>
internal sealed class InferenceInput
{
    public const string Name = "IMAGE", Encoded = "BYTES", Pixels = "UINT8";

    private const string RawField = "raw_input_contents[0]", TypedField = "inputs[0].contents", ShapeField = "inputs[0].shape";

    private InferenceInput(IReadOnlyList<Image> images, IReadOnlyList<long>? rawImageShape, bool isRaw) =>
        (Images, RawImageShape, IsRaw) = (images, rawImageShape, isRaw);

    /// <summary>The images.</summary>
    public IReadOnlyList<Image> Images { get; }

    /// <summary>Height, width, channels of pixels; null for encoded files.</summary>
    public IReadOnlyList<long>? RawImageShape { get; }

    /// <summary>Whether the contents were raw, as those of the answer must be then.</summary>
    public bool IsRaw { get; }

    /// <summary>Path of the request's field that an image came in.</summary>
    public string Field(int index) => IsRaw ? RawField
        : RawImageShape is null ? $"{TypedField}.bytes_contents[{index}]" : $"{TypedField}.uint_contents";

    /// <summary>Reads and checks the tensors of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="maxImages">Images that it may have.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT, with the field.</exception>
    public static InferenceInput Read(ModelInferRequest request, int maxImages)
    {
        var tensor = OnlyInput(request);
        bool isRaw = IsRawRequest(request, tensor);
        return tensor.Datatype switch
        {
            Encoded => new InferenceInput(ReadEncoded(request, tensor, isRaw, maxImages), null, isRaw),
            Pixels => new InferenceInput(ReadPixels(request, tensor, isRaw, maxImages), [.. tensor.Shape.Skip(1)], isRaw),
            _ => throw Fault("DATATYPE_WRONG", $"IMAGE has data type '{tensor.Datatype}'; it must be BYTES (encoded files) or UINT8 (pixels).", "inputs[0].datatype"),
        };
    }

    private static InputTensor OnlyInput(ModelInferRequest request)
    {
        if (request.Inputs.Count != 1 || request.Inputs[0].Name != Name)
        {
            string given = request.Inputs.Count == 0 ? "none" : string.Join(", ", request.Inputs.Select(input => $"'{input.Name}'"));
            throw Fault("INPUTS_WRONG", $"The model has the one input IMAGE; the request has {given}.", "inputs");
        }

        return request.Inputs[0].Parameters.Keys.FirstOrDefault() is not { } parameter ? request.Inputs[0]
            : throw Fault("PARAMETER_UNKNOWN", $"IMAGE has the parameter '{parameter}'; tensors have none here, and no shared memory.", $"inputs[0].parameters.{parameter}");
    }

    private static bool IsRawRequest(ModelInferRequest request, InputTensor tensor)
    {
        if (request.RawInputContents.Count == 0) return false;
        if (tensor.Contents is not null && tensor.Contents.CalculateSize() > 0)
            throw Fault("CONTENTS_MIXED", "The request has both raw_input_contents and typed contents; give all inputs in one of the two forms.", "raw_input_contents");
        return request.RawInputContents.Count == 1 ? true
            : throw Fault("CONTENTS_COUNT_WRONG", $"raw_input_contents has {request.RawInputContents.Count} buffers for 1 input.", "raw_input_contents");
    }

    private static List<Image> ReadEncoded(ModelInferRequest request, InputTensor tensor, bool isRaw, int maxImages)
    {
        if (tensor.Shape.Count is not (1 or 2) || (tensor.Shape.Count == 2 && tensor.Shape[1] != 1)) throw BadShape(tensor, "[n] or [n, 1]");
        int count = ImageCount(tensor, maxImages);
        var files = isRaw ? SplitElements(request.RawInputContents[0].Memory, count) : [.. Typed(tensor, contents => contents.BytesContents, "bytes_contents").Select(file => file.Memory)];
        return files.Count == count ? [.. files.Select(file => new Image { Encoded = UnsafeByteOperations.UnsafeWrap(file) })]
            : throw BadSize(isRaw, files.Count, count, "elements");
    }

    // Four bytes of length before each element.
    private static List<ReadOnlyMemory<byte>> SplitElements(ReadOnlyMemory<byte> buffer, int count)
    {
        var files = new List<ReadOnlyMemory<byte>>(count);
        for (var rest = buffer; !rest.IsEmpty;)
        {
            uint length = rest.Length < sizeof(uint) ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(rest.Span);
            if (files.Count == count || length > rest.Length - sizeof(uint))
            {
                throw Fault(
                    "CONTENTS_SIZE_WRONG",
                    $"raw_input_contents[0] does not hold {count} elements: after {files.Count} of them, {rest.Length} bytes are left that are no length and as many bytes.", RawField);
            }

            files.Add(rest.Slice(sizeof(uint), (int)length));
            rest = rest[(sizeof(uint) + (int)length)..];
        }

        return files;
    }

    private static List<Image> ReadPixels(ModelInferRequest request, InputTensor tensor, bool isRaw, int maxImages)
    {
        if (tensor.Shape.Count != 4 || tensor.Shape[3] is not (1 or 3) || tensor.Shape.Skip(1).Any(size => size is < 1 or > int.MaxValue))
            throw BadShape(tensor, "[n, height, width, channels] with 1 or 3 channels");
        int count = ImageCount(tensor, maxImages);
        var pixels = isRaw ? request.RawInputContents[0].Memory : Narrow(Typed(tensor, contents => contents.UintContents, "uint_contents"));
        var needed = tensor.Shape.Aggregate((Int128)1, (product, size) => product * size);
        if (pixels.Length != needed) throw BadSize(isRaw, pixels.Length, needed, "bytes");
        int each = pixels.Length / count;
        return [.. Enumerable.Range(0, count).Select(i => new Image
        {
            Raw = new RawImage
            {
                Height = (uint)tensor.Shape[1],
                Width = (uint)tensor.Shape[2],
                Channels = (uint)tensor.Shape[3],
                Data = UnsafeByteOperations.UnsafeWrap(pixels.Slice(i * each, each)),
            },
        })];
    }

    private static byte[] Narrow(IReadOnlyList<uint> values)
    {
        byte[] bytes = new byte[values.Count];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = values[i] <= byte.MaxValue ? (byte)values[i]
                : throw Fault("VALUE_OUT_OF_RANGE", $"Element {i} of IMAGE is {values[i]}; UINT8 goes to 255.", $"{TypedField}.uint_contents[{i}]");
        }

        return bytes;
    }

    // Elements in another type's field would be left out in silence.
    private static IReadOnlyList<T> Typed<T>(InputTensor tensor, Func<InferTensorContents, IReadOnlyList<T>> field, string name)
    {
        var contents = tensor.Contents ?? new InferTensorContents();
        int all = contents.BoolContents.Count + contents.IntContents.Count + contents.Int64Contents.Count + contents.UintContents.Count
            + contents.Uint64Contents.Count + contents.Fp32Contents.Count + contents.Fp64Contents.Count + contents.BytesContents.Count;
        return field(contents).Count == all ? field(contents)
            : throw Fault("CONTENTS_TYPE_WRONG", $"The elements of {tensor.Datatype} belong into {name}, and the contents have others.", TypedField);
    }

    private static int ImageCount(InputTensor tensor, int maxImages) => tensor.Shape[0] >= 1 && tensor.Shape[0] <= maxImages ? (int)tensor.Shape[0]
        : throw Fault("IMAGE_COUNT_WRONG", $"IMAGE has {tensor.Shape[0]} images; it must have 1 to {maxImages}.", ShapeField);

    private static FailureException BadShape(InputTensor tensor, string right) =>
        Fault("SHAPE_WRONG", $"IMAGE has shape [{string.Join(", ", tensor.Shape)}]; for {tensor.Datatype} it must be {right}.", ShapeField);

    private static FailureException BadSize(bool isRaw, int given, Int128 needed, string unit) =>
        Fault("CONTENTS_SIZE_WRONG", string.Create(CultureInfo.InvariantCulture, $"The contents have {given} {unit}; the shape asks for {needed}."), isRaw ? RawField : TypedField);

    private static FailureException Fault(string reason, string message, string field) =>
        new(FailureKind.InvalidArgument, reason, message) { Field = field };
}
