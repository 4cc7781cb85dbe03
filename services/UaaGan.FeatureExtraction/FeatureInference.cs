using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Protos.Common.V1;

namespace UaaGan.FeatureExtraction;

/// <summary>The models by the Open Inference Protocol: an image to its feature, by the same workers as Extract.</summary>
internal sealed class FeatureInference(ModelCatalog models, FeatureExtractor extractor) : IInferenceModels
{
    public InferenceModel Find(string name, string version)
    {
        var card = At(() => models.Find(new ModelReference { Name = name, Version = version }, "model"));
        var versions = models.List().Where(entry => entry.Name == card.Name && entry.Card is not null).Select(entry => ModelCatalog.Version(entry.Card!));
        return new InferenceModel(card.Name, [.. versions], card.Engine, Output(card.FeatureDimension));
    }

    public async Task<IInferenceSession> OpenAsync(InferenceCall call, CancellationToken cancellation)
    {
        if (call.Parameters.Keys.FirstOrDefault() is { } parameter)
        {
            throw new FailureException(FailureKind.InvalidArgument, "PARAMETER_UNKNOWN", $"There is no parameter '{parameter}'; feature extraction has none.")
            {
                Field = $"parameters.{parameter}",
            };
        }

        var model = new ModelReference { Name = call.Model, Version = call.Version };
        try
        {
            return new Session(await models.HoldAsync(model, "model", cancellation), extractor, call.Deadline);
        }
        catch (FailureException failure)
        {
            throw Renamed(failure);
        }
    }

    private static InferenceTensor Output(int dimension) => new("FEATURE", "FP32", [dimension]);

    private static T At<T>(Func<T> find)
    {
        try
        {
            return find();
        }
        catch (FailureException failure)
        {
            throw Renamed(failure);
        }
    }

    // The protocol has name and version where the suite's own has a reference to a model.
    private static FailureException Renamed(FailureException failure) => failure.Field switch
    {
        "model" or "model.name" => failure.Retell("name"),
        "model.version" => failure.Retell("version"),
        _ => failure,
    };

    private sealed class Session(ModelLease lease, FeatureExtractor extractor, DateTimeOffset? deadline) : IInferenceSession
    {
        public string Version => ModelCatalog.Version(lease.Worker.Card);

        public InferenceTensor Output { get; } = Output(lease.Worker.Card.FeatureDimension);

        public async Task<ReadOnlyMemory<byte>> AnswerAsync(Image image, int index, string field, CancellationToken cancellation)
        {
            var (feature, _) = await extractor.ExtractAsync(lease.Worker, image, null, field, deadline, cancellation);
            return feature.Data.Memory;
        }

        public void Dispose() => lease.Dispose();
    }
}
