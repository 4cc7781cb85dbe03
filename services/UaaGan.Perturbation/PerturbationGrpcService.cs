using System.Text;
using Grpc.Core;
using UaaGan.Attacks;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation;

/// <summary>The service's methods: mapping and nothing else.</summary>
internal sealed class PerturbationGrpcService(
    GeneratorRepository generators, AttackSettingsReader reader, AttackWorkers workers, Perturber perturber, BidirectionalStream streams)
    : PerturbationService.PerturbationServiceBase
{
    private const int LongestId = 256;

    public override Task<ListMethodsResponse> ListMethods(ListMethodsRequest request, ServerCallContext context) => Task.FromResult(
        new ListMethodsResponse { Methods = { AttackCatalog.Methods.OrderBy(method => method.Name, StringComparer.Ordinal).Select(Messages.ToMessage) } });

    public override Task<ListGeneratorsResponse> ListGenerators(ListGeneratorsRequest request, ServerCallContext context)
    {
        var (page, next) = Paging.Page(generators.List(), generator => generator.Name, request.PageSize, request.PageToken, "generators");
        return Task.FromResult(new ListGeneratorsResponse { Generators = { page.Select(Messages.ToMessage) }, NextPageToken = next });
    }

    public override async Task<PerturbResponse> Perturb(PerturbRequest request, ServerCallContext context)
    {
        if (Encoding.UTF8.GetByteCount(request.Id) is > LongestId and var bytes)
            throw new FailureException(FailureKind.InvalidArgument, "BAD_ITEM_ID", $"The id has {bytes} bytes; it may have {LongestId}.") { Field = "id" };
        var settings = reader.Read(request.Settings, "settings");
        using var lease = await workers.AcquireAsync(settings, context.CancellationToken);
        DateTimeOffset? deadline = context.Deadline == DateTime.MaxValue ? null : new DateTimeOffset(context.Deadline);
        var (adversarial, timing) = await perturber.PerturbAsync(
            lease.Worker, settings, request.Image, request.Id, "image", deadline, context.CancellationToken);
        return new PerturbResponse { Adversarial = adversarial, Timing = timing };
    }

    public override async Task StreamPerturb(
        IAsyncStreamReader<StreamPerturbRequest> requestStream, IServerStreamWriter<StreamPerturbResponse> responseStream, ServerCallContext context)
    {
        using var stream = new PerturbStream(reader, workers, perturber);
        await streams.RunImagesAsync(requestStream, responseStream, context, stream);
    }
}
