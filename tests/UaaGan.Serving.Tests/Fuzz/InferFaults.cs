using System.Buffers.Binary;
using Google.Protobuf;
using UaaGan.Protos.Inference;
using InputTensor = UaaGan.Protos.Inference.ModelInferRequest.Types.InferInputTensor;

namespace UaaGan.Serving.Tests.Fuzz;

/// <summary>One way to make a good ModelInfer wrong.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Apply">Does it, by the numbers of a case.</param>
internal sealed record InferFault(string Name, Action<ModelInferRequest, Random> Apply);

/// <summary>Messages that are well formed and whose tensors contradict themselves: each is a fault of the caller's, in every form of the tensor.</summary>
internal static class InferFaults
{
    // Wrapped to 32 or 64 bits, their products are small, zero or negative.
    private static readonly long[] Extremes =
    [
        long.MinValue, -1, 0, int.MaxValue, 1L << 31, (1L << 32) + 1, 1L << 32, 1L << 33, 1L << 62, long.MaxValue,
    ];

    private static readonly string[] DataTypes = ["", "BOOL", "INT8", "INT64", "FP16", "FP32", "FP64", "UINT16", "bytes", "UINT8 "];

    public static IReadOnlyList<InferFault> All { get; } =
    [
        new("one size is extreme", (request, random) => Shape(request)[random.Next(Shape(request).Count)] = Pick(Extremes, random)),
        new("all sizes are extreme", (request, random) => SetShape(request, Enumerable.Range(0, Shape(request).Count).Select(_ => Pick(Extremes, random)))),
        new("the product overflows to nothing", (request, _) => OverflowToNothing(request)),
        new("the count is one more than the contents", (request, _) => Shape(request)[0]++),
        new("the count is one less than the contents", (request, _) => Shape(request)[0]--),
        new("no sizes", (request, _) => Shape(request).Clear()),
        new("thousands of sizes", (request, random) => SetShape(request, Enumerable.Repeat(1L, random.Next(5, 50_000)))),
        new("raw and typed at once", MixForms),
        new("more raw buffers than inputs", (request, random) => AddBuffers(request, random.Next(2, 3_000))),
        new("a great many elements", (request, random) => AddElements(request, random.Next(300, 200_000))),
        new("elements of another type", (request, random) => AddOthers(Contents(request), random)),
        new("no contents", (request, _) =>
        {
            request.RawInputContents.Clear();
            request.Inputs[0].Contents = null;
        }),
        new("an element longer than the buffer", LengthenElement),
        new("a data type that no image has", (request, random) => request.Inputs[0].Datatype = Pick(DataTypes, random)),
        new("no inputs", (request, _) => request.Inputs.Clear()),
        new("thousands of inputs", (request, random) => request.Inputs.Add(Enumerable.Range(0, random.Next(1, 5_000)).Select(i => new InputTensor { Name = $"IMAGE{i}" }))),
        new("an input with a long name", (request, random) => request.Inputs[0].Name = new string('é', random.Next(1, 500_000))),
        new("an output that is none", (request, random) => request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = new string('x', random.Next(500_000)) })),
        new("a parameter without a value", (request, random) => request.Parameters[new string('p', random.Next(1, 500_000))] = new InferParameter()),
        new("a parameter of the tensor", (request, random) => request.Inputs[0].Parameters[new string('p', random.Next(1, 500_000))] = new InferParameter { Int64Param = 1 }),
    ];

    private static Google.Protobuf.Collections.RepeatedField<long> Shape(ModelInferRequest request) => request.Inputs[0].Shape;

    private static InferTensorContents Contents(ModelInferRequest request) => request.Inputs[0].Contents ??= new InferTensorContents();

    private static T Pick<T>(T[] values, Random random) => values[random.Next(values.Length)];

    private static void SetShape(ModelInferRequest request, IEnumerable<long> sizes)
    {
        long[] all = [.. sizes];
        Shape(request).Clear();
        Shape(request).Add(all);
    }

    // 2^30 x 2^30 x 16 is 2^64, which in 64 bits is the length of contents that are empty.
    private static void OverflowToNothing(ModelInferRequest request)
    {
        SetShape(request, [16, 1L << 30, 1L << 30, 1]);
        request.Inputs[0].Contents = null;
        if (request.RawInputContents.Count > 0) request.RawInputContents[0] = ByteString.Empty;
    }

    private static void MixForms(ModelInferRequest request, Random random)
    {
        if (request.RawInputContents.Count > 0) AddOthers(Contents(request), random);
        else request.RawInputContents.Add(ByteString.CopyFrom(new byte[random.Next(100)]));
    }

    private static void AddBuffers(ModelInferRequest request, int count)
    {
        request.Inputs[0].Contents = null;
        for (int i = 0; i < count; i++) request.RawInputContents.Add(ByteString.Empty);
    }

    private static void AddElements(ModelInferRequest request, int count)
    {
        request.RawInputContents.Clear();
        if (request.Inputs[0].Datatype == "BYTES") Contents(request).BytesContents.Add(Enumerable.Repeat(ByteString.Empty, count));
        else Contents(request).UintContents.Add(Enumerable.Repeat(uint.MaxValue, count));
    }

    // Never in the field of BYTES or UINT8, so that they fit neither.
    private static void AddOthers(InferTensorContents contents, Random random)
    {
        int count = random.Next(1, 1_000);
        switch (random.Next(5))
        {
            case 0:
                contents.BoolContents.Add(Enumerable.Repeat(true, count));
                break;
            case 1:
                contents.IntContents.Add(Enumerable.Repeat(int.MinValue, count));
                break;
            case 2:
                contents.Int64Contents.Add(Enumerable.Repeat(long.MinValue, count));
                break;
            case 3:
                contents.Fp32Contents.Add(Enumerable.Repeat(float.NaN, count));
                break;
            default:
                contents.Fp64Contents.Add(Enumerable.Repeat(double.PositiveInfinity, count));
                break;
        }
    }

    // A length that reaches past the end, by one byte or by 4 GiB; of pixels, a byte too many.
    private static void LengthenElement(ModelInferRequest request, Random random)
    {
        request.Inputs[0].Contents = null;
        byte[] buffer = request.RawInputContents.Count > 0 ? request.RawInputContents[0].ToByteArray() : new byte[100];
        if (request.Inputs[0].Datatype == "BYTES") BinaryPrimitives.WriteUInt32LittleEndian(buffer, Pick<uint>([(uint)buffer.Length - 3, int.MaxValue, 1u << 31, uint.MaxValue], random));
        else buffer = [.. buffer, 0];
        request.RawInputContents.Clear();
        request.RawInputContents.Add(ByteString.CopyFrom(buffer));
    }
}
