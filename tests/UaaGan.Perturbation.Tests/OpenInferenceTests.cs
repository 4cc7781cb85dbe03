using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using UaaGan.FeatureExtraction;
using UaaGan.Hosting;
using UaaGan.Imaging;
using UaaGan.Perturbation.Tests.Support;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;
using UaaGan.Protos.Inference;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation.Tests;

/// <summary>The Open Inference Protocol over the real services.</summary>
public class OpenInferenceTests
{
    [Fact]
    public async Task A_stock_client_that_knows_only_the_proto_gets_features_and_an_adversarial_image()
    {
        using var state = new StateFolder();
        await using var perturbation = await LiveService.StartAsync(state);
        await using var features = await ServiceHost.StartAsync(LiveService.Arguments(state), FeatureExtractionHost.Profile, builder =>
        {
            builder.Logging.ClearProviders();
            FeatureExtractionHost.Configure(builder);
        });
        var original = Pictures.Draw(3);
        string file = state.Sub("query.png");
        await File.WriteAllBytesAsync(file, ImageEncoder.Png(original));

        string output = await Task.Run(() => DebianPython.Run(
            "open_inference_client.py",
            [Path.Combine(AppContext.BaseDirectory, "Python"), Target(features.GrpcAddress), Target(perturbation.Address), file])).WaitAsync(TimeSpan.FromMinutes(2));

        var said = JsonDocument.Parse(output).RootElement;
        Assert.Equal("uaagan-features", said.GetProperty("server").GetString());
        Assert.Equal("""["FEATURE", "FP32", [-1, 16]]""", said.GetProperty("output").GetRawText());
        Assert.Equal("[1, 16]", said.GetProperty("shape").GetRawText());
        Assert.Equal("NOT_FOUND", said.GetProperty("refusal").GetString());
        using var channel = GrpcChannel.ForAddress(features.GrpcAddress);
        var own = await new FeatureExtractionService.FeatureExtractionServiceClient(channel).ExtractAsync(
            new ExtractRequest { Model = new ModelReference { Name = StateFolder.Model }, Image = Pictures.Png(original) });
        Assert.Equal(own.Feature.Data.ToBase64(), said.GetProperty("feature").GetString());

        var settings = LiveService.Settings("pgd");
        settings.Options["steps"] = "3";
        var expected = await perturbation.Client.PerturbAsync(new PerturbRequest { Settings = settings, Image = Pictures.Png(original), Id = "stock/0" });
        Assert.Equal(expected.Adversarial.Image.Encoded.ToBase64(), said.GetProperty("adversarial").GetString());
        Assert.Equal(8, ImageQuality.Compare(original, Pictures.Read(expected.Adversarial.Image)).LInfinity255);
    }

    [Fact]
    public async Task Pixels_come_back_as_pixels_of_the_same_shape()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        using var channel = GrpcChannel.ForAddress(service.Address);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        PixelImage[] originals = [Pictures.Draw(1, channels: 1), Pictures.Draw(2, channels: 1)];
        var request = Request("random-sign", originals);
        request.Parameters["epsilon"] = new InferParameter { StringParam = "4/255" };
        request.Parameters["model"] = new InferParameter { StringParam = "tiny:1" };

        var reply = await client.ModelInferAsync(request).ResponseAsync.Within();

        var tensor = Assert.Single(reply.Outputs);
        Assert.Equal(("ADVERSARIAL", "UINT8", "1"), (tensor.Name, tensor.Datatype, reply.ModelVersion));
        Assert.Equal([2, 32, 24, 1], tensor.Shape);
        byte[] pixels = Assert.Single(reply.RawOutputContents).ToByteArray();
        foreach (var (index, original) in originals.Index())
        {
            var made = new PixelImage(24, 32, 1, pixels[(index * 24 * 32)..((index + 1) * 24 * 32)]);
            Assert.Equal(4, ImageQuality.Compare(original, made).LInfinity255);
        }
    }

    [Fact]
    public async Task A_generator_brings_its_target_and_its_budget()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        await service.Client.TrainAsync(Trainings.Settings("g", steps: 4));
        using var channel = GrpcChannel.ForAddress(service.Address);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        var original = Pictures.Draw(1);

        var reply = await client.ModelInferAsync(Request("uaa-gan:g", [original])).ResponseAsync.Within();

        var expected = await service.Client.PerturbAsync(
            new PerturbRequest { Settings = LiveService.Settings("uaa-gan", generator: "g", seed: 0), Image = Pictures.Png(original), Id = "/0" });
        Assert.Equal(Pictures.Read(expected.Adversarial.Image).Pixels.ToArray(), reply.RawOutputContents[0].ToByteArray());

        var other = Request("uaa-gan:g", [original]);
        other.Parameters["epsilon"] = new InferParameter { StringParam = "4/255" };
        await Statuses.FailsAsync(() => client.ModelInferAsync(other).ResponseAsync, StatusCode.FailedPrecondition, "GENERATOR_EPSILON");
        other.Parameters["rescale"] = new InferParameter { BoolParam = true };
        Assert.NotEqual(reply.RawOutputContents, (await client.ModelInferAsync(other)).RawOutputContents);
    }

    [Fact]
    public async Task A_request_at_fault_is_refused_with_its_field()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        using var channel = GrpcChannel.ForAddress(service.Address);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        async Task Refused(string model, StatusCode code, string reason, string? field, Action<ModelInferRequest>? fault = null)
        {
            var request = Request(model, [Pictures.Draw(1)]);
            request.Parameters["epsilon"] = new InferParameter { StringParam = "8/255" };
            request.Parameters["model"] = new InferParameter { StringParam = "tiny" };
            fault?.Invoke(request);
            Assert.Equal(field, (await Statuses.FailsAsync(() => client.ModelInferAsync(request).ResponseAsync.Within(), code, reason)).Field());
        }

        await Refused("", StatusCode.InvalidArgument, "FIELD_MISSING", "model_name");
        await Refused("nobody", StatusCode.NotFound, "METHOD_NOT_FOUND", "model_name");
        await Refused("uaa-gan", StatusCode.InvalidArgument, "GENERATOR_REQUIRED", "model_name");
        await Refused("uaa-gan:nobody", StatusCode.NotFound, "GENERATOR_NOT_FOUND", "model_name");
        await Refused("pgd", StatusCode.NotFound, "VERSION_NOT_FOUND", "model_version", r => r.ModelVersion = "2");
        await Refused("pgd", StatusCode.InvalidArgument, "FIELD_MISSING", "parameters.epsilon", r => r.Parameters.Remove("epsilon"));
        await Refused("pgd", StatusCode.InvalidArgument, "FIELD_MISSING", "parameters.model", r => r.Parameters.Remove("model"));
        await Refused("pgd", StatusCode.NotFound, "MODEL_NOT_FOUND", "parameters.model", r => r.Parameters["model"].StringParam = "nobody");
        await Refused("pgd", StatusCode.InvalidArgument, "EPSILON_INVALID", "parameters.epsilon", r => r.Parameters["epsilon"].DoubleParam = 8);
        await Refused("pgd", StatusCode.InvalidArgument, "PARAMETER_INVALID", "parameters.seed", r => r.Parameters["seed"] = new InferParameter { Int64Param = -1 });
        await Refused("pgd", StatusCode.InvalidArgument, "OPTION_UNKNOWN", "parameters.stride", r => r.Parameters["stride"] = new InferParameter { Int64Param = 2 });
        await Refused("pgd", StatusCode.InvalidArgument, "OPTION_INVALID", "parameters.steps", r => r.Parameters["steps"] = new InferParameter { Int64Param = -2 });
        await Refused("pgd", StatusCode.InvalidArgument, "OUTPUT_UNKNOWN", "outputs[0].name", r => r.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "FEATURE" }));
    }

    private static string Target(Uri address) => address.Authority;

    private static ModelInferRequest Request(string model, PixelImage[] images) => new()
    {
        ModelName = model,
        Inputs =
        {
            new ModelInferRequest.Types.InferInputTensor
            {
                Name = "IMAGE", Datatype = "UINT8", Shape = { images.Length, images[0].Height, images[0].Width, images[0].Channels },
            },
        },
        RawInputContents = { ByteString.CopyFrom([.. images.SelectMany(image => image.Pixels.ToArray())]) },
    };
}
