using System.Globalization;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Networks;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction;

/// <summary>The models as the wire speaks of them. It looks at the repository each time, so a version added meanwhile is found.</summary>
internal sealed class ModelCatalog(ModelRepository repository, ModelWorkers workers, StatusMapper statuses)
{
    /// <summary>Every model, by name, then version.</summary>
    public IReadOnlyList<ModelEntry> List() => repository.List();

    /// <summary>The card of a model that a request names; without a version the one that LoadModel put in place, else the highest one.</summary>
    /// <param name="reference">The reference; null counts as missing.</param>
    /// <param name="field">Path of the request's field it came in.</param>
    /// <exception cref="FailureException">InvalidArgument or NotFound, with the field; DataLoss: its card is damaged.</exception>
    public ModelCard Find(ModelReference? reference, string field) => At(field, () =>
    {
        var (name, version) = Parse(reference);
        return repository.Get(name, version ?? workers.Served(name));
    });

    /// <summary>The same for LoadModel: without a version the highest one.</summary>
    public ModelCard FindToLoad(ModelReference? reference, string field) => At(field, () =>
    {
        var (name, version) = Parse(reference);
        return repository.Get(name, version);
    });

    /// <summary>The model that a call names, loaded, warm and held for it.</summary>
    /// <exception cref="FailureException">As <see cref="Find"/> and <see cref="ModelWorkers.HoldAsync"/>.</exception>
    public async Task<ModelLease> HoldAsync(ModelReference? reference, string field, CancellationToken cancellation)
    {
        while (true)
        {
            var card = Find(reference, field);
            if (await workers.HoldAsync(card, anyVersion: reference!.Version.Length == 0, cancellation) is { } lease) return lease;
            // Another version was put in place between the two: that one answers.
        }
    }

    /// <summary>Name and version of a reference; the version is null when it is unset.</summary>
    /// <exception cref="FailureException">InvalidArgument, with the field.</exception>
    public static (string Name, int? Version) Parse(ModelReference? reference, string field) => At(field, () => Parse(reference));

    /// <summary>A version as text.</summary>
    public static string Version(ModelCard card) => Version(card.Version);

    /// <summary>The model as a message; its batch sizes are the card's until it is loaded.</summary>
    public Model Describe(ModelCard card) => Describe(card, workers.Loaded(card));

    /// <summary>A loaded model as a message.</summary>
    public Model Describe(ModelWorker worker) => Describe(worker.Card, worker);

    /// <summary>A model without a card as a message.</summary>
    public UnreadableModel DescribeUnreadable(ModelEntry entry) => new()
    {
        Name = entry.Name,
        Version = Version(entry.Version),
        Error = statuses.ToStatus(entry.Failure!),
    };

    private Model Describe(ModelCard card, ModelWorker? worker)
    {
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
            Device = workers.DeviceOf(card).ToString(),
            Loaded = worker is not null,
            BatchSizes = { (worker?.BatchSizes ?? card.BatchSizes).Select(size => (uint)size) },
            CardJson = ModelCardJson.Write(card),
        };
    }

    private static string Version(int version) => version.ToString(CultureInfo.InvariantCulture);

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
