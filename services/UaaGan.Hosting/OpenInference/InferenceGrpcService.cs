using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using UaaGan.Failures;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Inference;

namespace UaaGan.Hosting;

/// <summary>The Open Inference Protocol's six methods over what a service offers.</summary>
internal sealed class InferenceGrpcService(
    IInferenceModels models, ServiceProfile profile, IOptions<ServiceOptions> options, HealthCheckService health)
    : GRPCInferenceService.GRPCInferenceServiceBase
{
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerLiveResponse { Live = true });

    public override async Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context)
    {
        var report = await health.CheckHealthAsync(check => check.Tags.Contains(ServiceWiring.ReadyTag), context.CancellationToken);
        return new ServerReadyResponse { Ready = report.Status == HealthStatus.Healthy };
    }

    public override async Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context)
    {
        models.Find(request.Name, request.Version);
        return new ModelReadyResponse { Ready = (await ServerReady(new ServerReadyRequest(), context)).Ready };
    }

    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) => Task.FromResult(
        new ServerMetadataResponse { Name = $"uaagan-{profile.Name}", Version = typeof(InferenceGrpcService).Assembly.GetName().Version!.ToString(3) });

    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
    {
        var model = models.Find(request.Name, request.Version);
        return Task.FromResult(new ModelMetadataResponse
        {
            Name = model.Name,
            Versions = { model.Versions },
            Platform = model.Platform,
            Inputs = { new ModelMetadataResponse.Types.TensorMetadata { Name = InferenceInput.Name, Datatype = InferenceInput.Encoded, Shape = { -1 } } },
            Outputs =
            {
                new ModelMetadataResponse.Types.TensorMetadata
                {
                    Name = model.Output.Name, Datatype = model.Output.DataType, Shape = { model.Output.ItemShape.Prepend(-1) },
                },
            },
        });
    }

    public override async Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context)
    {
        var input = InferenceInput.Read(request, options.Value.MaxInferenceImages);
        var call = new InferenceCall(
            request.ModelName, request.ModelVersion, request.Id, InferenceParameters.Read(request.Parameters), input.RawImageShape, context.DeadlineOrNull());
        using var session = await OpenAsync(call, context.CancellationToken);
        InferenceOutput.CheckRequested(request, session.Output.Name);
        var answers = new ReadOnlyMemory<byte>[input.Images.Count];
        var bounds = new ParallelOptions { MaxDegreeOfParallelism = options.Value.MaxInFlightPerStream, CancellationToken = context.CancellationToken };
        await Parallel.ForEachAsync(
            input.Images.Index(), bounds,
            async (entry, cancellation) => answers[entry.Index] = await AnswerAsync(session, entry.Item, entry.Index, input.Field(entry.Index), cancellation));

        var response = new ModelInferResponse { ModelName = request.ModelName, ModelVersion = session.Version, Id = request.Id };
        InferenceOutput.Write(response, session.Output, answers, input.IsRaw);
        return response;
    }

    private async Task<IInferenceSession> OpenAsync(InferenceCall call, CancellationToken cancellation)
    {
        try
        {
            return await models.OpenAsync(call, cancellation);
        }
        catch (FailureException failure) when (failure.Field is "name" or "version")
        {
            throw failure.Retell($"model_{failure.Field}");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> AnswerAsync(
        IInferenceSession session, Image image, int index, string field, CancellationToken cancellation)
    {
        try
        {
            return await session.AnswerAsync(image, index, field, cancellation);
        }
        catch (FailureException failure) when (failure.Kind == FailureKind.InvalidArgument)
        {
            throw failure.Retell(failure.Field, $"Image {index}: {failure.Message}", ("image", $"{index}"));
        }
    }
}
