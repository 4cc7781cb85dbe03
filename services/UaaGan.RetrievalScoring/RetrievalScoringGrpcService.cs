using Grpc.Core;
using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.RetrievalScoring;

/// <summary>The methods of the proto; each only hands on.</summary>
internal sealed class RetrievalScoringGrpcService(Evaluator evaluator) : RetrievalScoringService.RetrievalScoringServiceBase
{
    public override Task<EvaluateResponse> Evaluate(IAsyncStreamReader<EvaluateRequest> requestStream, ServerCallContext context) =>
        evaluator.EvaluateAsync(requestStream, context.CancellationToken);
}
