using System.Buffers.Binary;
using Google.Protobuf;
using UaaGan.Protos.Inference;
using UaaGan.Serving.Tests.Support;
using InputTensor = UaaGan.Protos.Inference.ModelInferRequest.Types.InferInputTensor;

namespace UaaGan.Serving.Tests.Fuzz;

/// <summary>Good requests of ModelInfer: two images as files and as pixels, each raw and typed.</summary>
internal static class InferRequests
{
    private const int Height = 5, Width = 4;

    private static readonly byte[] File = ImageFiles.Make("png");
    private static readonly byte[] Pixels = [.. Enumerable.Range(0, 2 * Height * Width * 3).Select(i => (byte)(i * 7))];

    /// <summary>The four forms, for a model and with parameters of text.</summary>
    public static IEnumerable<ModelInferRequest> All(string model, (string Name, string Value)[] parameters)
    {
        yield return Request("BYTES", [2], new InferTensorContents { BytesContents = { ByteString.CopyFrom(File), ByteString.CopyFrom(File) } }, []);
        yield return Request("BYTES", [2, 1], null, [.. Element(), .. Element()]);
        yield return Request("UINT8", [2, Height, Width, 3], new InferTensorContents { UintContents = { Pixels.Select(value => (uint)value) } }, []);
        yield return Request("UINT8", [2, Height, Width, 3], null, Pixels);

        ModelInferRequest Request(string dataType, long[] shape, InferTensorContents? contents, byte[] raw)
        {
            var request = new ModelInferRequest
            {
                ModelName = model,
                Id = "fuzz",
                Inputs = { new InputTensor { Name = "IMAGE", Datatype = dataType, Shape = { shape }, Contents = contents } },
            };
            if (contents is null) request.RawInputContents.Add(ByteString.CopyFrom(raw));
            foreach (var (name, value) in parameters) request.Parameters[name] = new InferParameter { StringParam = value };
            return request;
        }
    }

    // Four bytes of length, then the file.
    private static byte[] Element()
    {
        byte[] length = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)File.Length);
        return [.. length, .. File];
    }
}
