using System.Globalization;
using TorchSharp;
using UaaGan.Failures;
using UaaGan.Networks;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction;

/// <summary>The models as the wire speaks of them. It looks at the repository each time, so a version added meanwhile is found.</summary>
internal sealed class ModelCatalog(ModelRepository repository, ModelWorkers workers)
{
    /// <summary>Every model's card, by name, then version.</summary>
    public IReadOnlyList<ModelCard> List() => repository.List();

    /// <summary>The card of a model that a request names.</summary>
    /// <param name="reference">The reference; null counts as missing.</param>
    /// <param name="field">Path of the request's field it came in.</param>
    /// <exception cref="FailureException">InvalidArgument or NotFound, with the field; DataLoss: its card is damaged.</exception>
    public ModelCard Find(ModelReference? reference, string field) => At(field, () =>
    {
        var (name, version) = Parse(reference);
        return repository.Get(name, version);
    });

    /// <summary>Name and version of a reference; the version is null when it is unset.</summary>
    /// <exception cref="FailureException">InvalidArgument, with the field.</exception>
    public static (string Name, int? Version) Parse(ModelReference? reference, string field) => At(field, () => Parse(reference));

    /// <summary>A version as text.</summary>
    public static string Version(ModelCard card) => card.Version.ToString(CultureInfo.InvariantCulture);

    /// <summary>The model as a message; its batch sizes are the card's until it is loaded.</summary>
    public Model Describe(ModelCard card)
    {
        var worker = workers.Loaded(card);
        return new Model
        {
            Name = card.Name,
            Version = Version(card),
            Architecture = card.Architecture,
            FeatureDimension = (uint)card.FeatureDimension,
            InputHeight = (uint)card.Input.Height,
            InputWidth = (uint)card.Input.Width,
            WeightsSha256 = card.Weights.Sha256,
            Engine = card.Engine,
            DataType = card.DataType,
            Device = torch.CPU.ToString(),
            Loaded = worker is not null,
            BatchSizes = { (worker?.BatchSizes ?? card.BatchSizes).Select(size => (uint)size) },
            CardJson = ModelCardJson.Write(card),
        };
    }

    private static (string Name, int? Version) Parse(ModelReference? reference)
    {
        if (reference is null) throw new FailureException(FailureKind.InvalidArgument, "MODEL_MISSING", "The model is missing; give its name.");
        ModelName.Check(reference.Name);
        return (reference.Name, ModelName.ParseVersion(reference.Version));
    }

    // The repository names the part of the reference that is at fault, or the whole; the request has its own path to it.
    private static T At<T>(string field, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FailureException failure) when (failure.Kind is FailureKind.InvalidArgument or FailureKind.NotFound)
        {
            throw failure.Retell(failure.Field is "name" or "version" ? $"{field}.{failure.Field}" : field);
        }
    }
}
