using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using UaaGan.FeatureExtraction.Tests.Support;
using UaaGan.Imaging;
using UaaGan.Protos.Inference;
using InputTensor = UaaGan.Protos.Inference.ModelInferRequest.Types.InferInputTensor;

namespace UaaGan.FeatureExtraction.Tests;

/// <summary>The Open Inference Protocol over the real service.</summary>
public class OpenInferenceTests
{
    private static readonly PixelImage[] Images = [.. Enumerable.Range(1, 3).Select(seed => LiveFeatures.Noise(seed))];

    [Theory]
    [InlineData("BYTES", true)]
    [InlineData("BYTES", false)]
    [InlineData("UINT8", true)]
    [InlineData("UINT8", false)]
    public async Task Every_form_of_an_image_gets_the_feature_of_Extract_in_the_form_that_was_asked(string dataType, bool isRaw)
    {
        using var models = new TestModels();
        models.Add("tiny");
        await using var service = await LiveFeatures.StartAsync(models);
        using var channel = GrpcChannel.ForAddress(service.Service.GrpcAddress);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);

        var reply = await client.ModelInferAsync(Request(dataType, isRaw)).ResponseAsync.Within();

        Assert.Equal(("tiny", "1", "call 7"), (reply.ModelName, reply.ModelVersion, reply.Id));
        var output = Assert.Single(reply.Outputs);
        Assert.Equal(("FEATURE", "FP32"), (output.Name, output.Datatype));
        Assert.Equal([Images.Length, TestModels.Dimension], output.Shape);
        Assert.Equal(isRaw, output.Contents is null);
        float[] values = isRaw ? MemoryMarshal.Cast<byte, float>(Assert.Single(reply.RawOutputContents).Span).ToArray() : [.. output.Contents!.Fp32Contents];
        foreach (var (index, image) in Images.Index())
            Assert.Equal(await service.ExtractAsync("tiny", image), values[(index * TestModels.Dimension)..((index + 1) * TestModels.Dimension)]);
    }

    [Fact]
    public async Task A_model_tells_what_it_takes_and_gives_and_whether_it_is_ready()
    {
        using var models = new TestModels();
        models.Add("tiny");
        models.Add("tiny", seed: 2);
        await using var service = await LiveFeatures.StartAsync(models);
        using var channel = GrpcChannel.ForAddress(service.Service.GrpcAddress);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);

        Assert.True((await client.ServerLiveAsync(new ServerLiveRequest())).Live);
        Assert.True((await client.ServerReadyAsync(new ServerReadyRequest())).Ready);
        Assert.True((await client.ModelReadyAsync(new ModelReadyRequest { Name = "tiny", Version = "2" })).Ready);
        var server = await client.ServerMetadataAsync(new ServerMetadataRequest());
        Assert.Equal("uaagan-features", server.Name);
        Assert.Matches(@"^\d+\.\d+\.\d+$", server.Version);
        var model = await client.ModelMetadataAsync(new ModelMetadataRequest { Name = "tiny" });
        Assert.Equal("tiny", model.Name);
        Assert.Equal(["1", "2"], model.Versions);
        Assert.Equal(new() { Name = "IMAGE", Datatype = "BYTES", Shape = { -1 } }, Assert.Single(model.Inputs));
        Assert.Equal(new() { Name = "FEATURE", Datatype = "FP32", Shape = { -1, TestModels.Dimension } }, Assert.Single(model.Outputs));

        var first = Request("BYTES", isRaw: false);
        first.ModelVersion = "1";
        Assert.Equal("1", (await client.ModelInferAsync(first).ResponseAsync.Within()).ModelVersion);
        (await Refusal.OfAsync(client.ModelReadyAsync(new ModelReadyRequest { Name = "nobody" }))).Is(StatusCode.NotFound, "MODEL_NOT_FOUND", "name");
        (await Refusal.OfAsync(client.ModelMetadataAsync(new ModelMetadataRequest { Name = "tiny", Version = "9" }))).Is(StatusCode.NotFound, "MODEL_NOT_FOUND", "name");
    }

    [Fact]
    public async Task A_request_at_fault_is_refused_with_its_field()
    {
        using var models = new TestModels();
        models.Add("tiny");
        await using var service = await LiveFeatures.StartAsync(models, "--UaaGan:MaxInferenceImages=3");
        using var channel = GrpcChannel.ForAddress(service.Service.GrpcAddress);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        async Task Refused(string dataType, bool isRaw, Action<ModelInferRequest> fault, string reason, string field, StatusCode code = StatusCode.InvalidArgument)
        {
            var request = Request(dataType, isRaw);
            fault(request);
            (await Refusal.OfAsync(client.ModelInferAsync(request))).Is(code, reason, field);
        }

        await Refused("BYTES", false, r => r.ModelName = "nobody", "MODEL_NOT_FOUND", "model_name", StatusCode.NotFound);
        await Refused("BYTES", false, r => r.ModelName = "", "MODEL_NAME_INVALID", "model_name");
        await Refused("BYTES", false, r => r.ModelVersion = "9", "MODEL_NOT_FOUND", "model_name", StatusCode.NotFound);
        await Refused("BYTES", false, r => r.ModelVersion = "one", "MODEL_VERSION_INVALID", "model_version");
        await Refused("BYTES", false, r => r.Parameters["seed"] = new InferParameter { Int64Param = 1 }, "PARAMETER_UNKNOWN", "parameters.seed");
        await Refused("BYTES", false, r => r.Parameters["seed"] = new InferParameter(), "PARAMETER_EMPTY", "parameters.seed");

        await Refused("BYTES", false, r => r.Inputs.Clear(), "INPUTS_WRONG", "inputs");
        await Refused("BYTES", false, r => r.Inputs[0].Name = "PICTURE", "INPUTS_WRONG", "inputs");
        await Refused("BYTES", false, r => r.Inputs.Add(r.Inputs[0].Clone()), "INPUTS_WRONG", "inputs");
        await Refused("BYTES", false, r => r.Inputs[0].Datatype = "FP32", "DATATYPE_WRONG", "inputs[0].datatype");
        await Refused("BYTES", true, r => r.Inputs[0].Parameters["shared_memory_region"] = new InferParameter { StringParam = "x" }, "PARAMETER_UNKNOWN", "inputs[0].parameters.shared_memory_region");
        await Refused("BYTES", false, r => SetShape(r), "SHAPE_WRONG", "inputs[0].shape");
        await Refused("BYTES", false, r => SetShape(r, 3, 2), "SHAPE_WRONG", "inputs[0].shape");
        await Refused("BYTES", false, r => SetShape(r, 0), "IMAGE_COUNT_WRONG", "inputs[0].shape");
        await Refused("BYTES", false, r => SetShape(r, 4), "IMAGE_COUNT_WRONG", "inputs[0].shape");
        await Refused("BYTES", false, r => SetShape(r, long.MaxValue), "IMAGE_COUNT_WRONG", "inputs[0].shape");
        await Refused("UINT8", true, r => SetShape(r, 3, 50, 40), "SHAPE_WRONG", "inputs[0].shape");
        await Refused("UINT8", true, r => SetShape(r, 3, 50, 40, 4), "SHAPE_WRONG", "inputs[0].shape");
        await Refused("UINT8", true, r => SetShape(r, 3, -50, 40, 3), "SHAPE_WRONG", "inputs[0].shape");
        await Refused("UINT8", true, r => SetShape(r, 3, int.MaxValue, int.MaxValue, 3), "CONTENTS_SIZE_WRONG", "raw_input_contents[0]");
        await Refused("UINT8", true, r => SetShape(r, 3, 50, 41, 3), "CONTENTS_SIZE_WRONG", "raw_input_contents[0]");
        await Refused("UINT8", false, r => SetShape(r, 3, 50, 41, 3), "CONTENTS_SIZE_WRONG", "inputs[0].contents");

        await Refused("BYTES", true, r => r.Inputs[0].Contents = new InferTensorContents { BytesContents = { ByteString.Empty } }, "CONTENTS_MIXED", "raw_input_contents");
        await Refused("BYTES", true, r => r.RawInputContents.Add(ByteString.Empty), "CONTENTS_COUNT_WRONG", "raw_input_contents");
        await Refused("BYTES", false, r => r.Inputs[0].Contents = null, "CONTENTS_SIZE_WRONG", "inputs[0].contents");
        await Refused("BYTES", false, r => r.Inputs[0].Contents.BytesContents.RemoveAt(0), "CONTENTS_SIZE_WRONG", "inputs[0].contents");
        await Refused("BYTES", false, r => r.Inputs[0].Contents.IntContents.Add(1), "CONTENTS_TYPE_WRONG", "inputs[0].contents");
        await Refused("UINT8", false, r => r.Inputs[0].Contents.UintContents[4] = 256, "VALUE_OUT_OF_RANGE", "inputs[0].contents.uint_contents[4]");
        await Refused("BYTES", true, r => r.RawInputContents[0] = ByteString.CopyFrom(r.RawInputContents[0].Span[..^1]), "CONTENTS_SIZE_WRONG", "raw_input_contents[0]");
        await Refused("BYTES", true, r => r.RawInputContents[0] = ByteString.CopyFrom([.. r.RawInputContents[0].Span, 0, 0, 0, 0]), "CONTENTS_SIZE_WRONG", "raw_input_contents[0]");
        await Refused("BYTES", true, r => r.RawInputContents[0] = ByteString.CopyFrom([255, 255, 255, 255]), "CONTENTS_SIZE_WRONG", "raw_input_contents[0]");
        await Refused("BYTES", true, r => SetShape(r, 2), "CONTENTS_SIZE_WRONG", "raw_input_contents[0]");

        await Refused("BYTES", false, r => r.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "LOGITS" }), "OUTPUT_UNKNOWN", "outputs[0].name");
        await Refused("BYTES", false, r => r.Inputs[0].Contents.BytesContents[1] = ByteString.CopyFromUtf8("no image"), "IMAGE_FORMAT_UNKNOWN", "inputs[0].contents.bytes_contents[1]");
    }

    [Fact]
    public async Task Shapes_of_batching_clients_and_a_named_output_are_taken()
    {
        using var models = new TestModels();
        models.Add("tiny");
        await using var service = await LiveFeatures.StartAsync(models);
        using var channel = GrpcChannel.ForAddress(service.Service.GrpcAddress);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        var request = Request("BYTES", isRaw: true);
        SetShape(request, Images.Length, 1);
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "FEATURE" });
        Assert.Single((await client.ModelInferAsync(request).ResponseAsync.Within()).Outputs);
    }

    private static void SetShape(ModelInferRequest request, params long[] shape)
    {
        request.Inputs[0].Shape.Clear();
        request.Inputs[0].Shape.Add(shape);
    }

    private static ModelInferRequest Request(string dataType, bool isRaw)
    {
        var tensor = new InputTensor { Name = "IMAGE", Datatype = dataType };
        var request = new ModelInferRequest { ModelName = "tiny", Id = "call 7", Inputs = { tensor } };
        if (dataType == "BYTES")
        {
            var files = Images.Select(ImageEncoder.Png).ToArray();
            tensor.Shape.Add(Images.Length);
            if (isRaw) request.RawInputContents.Add(ByteString.CopyFrom([.. files.SelectMany(file => (byte[])[.. Length(file), .. file])]));
            else tensor.Contents = new InferTensorContents { BytesContents = { files.Select(file => ByteString.CopyFrom(file)) } };
        }
        else
        {
            byte[] pixels = [.. Images.SelectMany(image => image.Pixels.ToArray())];
            tensor.Shape.Add([Images.Length, Images[0].Height, Images[0].Width, 3]);
            if (isRaw) request.RawInputContents.Add(ByteString.CopyFrom(pixels));
            else tensor.Contents = new InferTensorContents { UintContents = { pixels.Select(value => (uint)value) } };
        }

        return request;
    }

    private static byte[] Length(byte[] file)
    {
        byte[] length = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)file.Length);
        return length;
    }
}
