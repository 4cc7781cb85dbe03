using System.Globalization;
using UaaGan.Attacks;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation;

/// <summary>
/// The attacks by the Open Inference Protocol, by the same workers as Perturb. A model is METHOD or METHOD:GENERATOR, as the command
/// line writes attacks; a generator brings the target and the budget that it was trained for, parameters may say otherwise.
/// </summary>
internal sealed class PerturbInference(GeneratorRepository generators, AttackSettingsReader reader, AttackWorkers workers, Perturber perturber) : IInferenceModels
{
    private const string OnlyVersion = "1", Output = "ADVERSARIAL", ModelParameter = "model", EpsilonParameter = "epsilon", SeedParameter = "seed", RescaleParameter = "rescale";

    public InferenceModel Find(string name, string version)
    {
        var (method, _) = FindAttack(name, version);
        return new InferenceModel(name, [OnlyVersion], $"uaagan_{method.Name}", new InferenceTensor(Output, "BYTES", []));
    }

    public async Task<IInferenceSession> OpenAsync(InferenceCall call, CancellationToken cancellation)
    {
        var (method, generator) = FindAttack(call.Model, call.Version);
        var wanted = Settings(call, method, generator);
        try
        {
            var settings = await reader.ReadAsync(wanted, "parameters", cancellation);
            return new Session(perturber, settings, await workers.AcquireAsync(settings, cancellation), call);
        }
        catch (FailureException failure)
        {
            throw Renamed(failure);
        }
    }

    private (AttackMethod Method, GeneratorRecord? Generator) FindAttack(string name, string version)
    {
        if (name.Length == 0) throw FieldPath.Missing("name", "write METHOD or METHOD:GENERATOR, such as pgd or uaa-gan:G");
        if (version is not ("" or OnlyVersion))
            throw new FailureException(FailureKind.NotFound, "VERSION_NOT_FOUND", $"'{name}' has no version '{version}'; attacks have the version 1 alone.") { Field = "version" };
        string[] parts = name.Split(':', 2);
        try
        {
            var method = AttackCatalog.Get(parts[0]);
            if (method.NeedsGuide)
                throw Fault(FailureKind.FailedPrecondition, "GUIDE_REQUIRED", $"{method.Name} needs a guide image, which this protocol has no place for; call Perturb.");
            if (parts.Length == 1)
            {
                return !method.NeedsGenerator ? (method, null)
                    : throw Fault(FailureKind.InvalidArgument, "GENERATOR_REQUIRED", $"{method.Name} needs a generator; name the model {method.Name}:GENERATOR.");
            }

            var generator = generators.Get(parts[1]);
            return generator.Method == method.Name ? (method, generator)
                : throw Fault(FailureKind.NotFound, "GENERATOR_METHOD", $"'{generator.Name}' was trained by {generator.Method}; name the model {generator.Method}:{generator.Name}.");
        }
        catch (FailureException failure)
        {
            throw failure.Retell("name");
        }
    }

    private static PerturbSettings Settings(InferenceCall call, AttackMethod method, GeneratorRecord? generator)
    {
        var target = Target(call, generator);
        var settings = new PerturbSettings
        {
            Method = method.Name,
            Generator = generator?.Name ?? "",
            Model = target,
            Epsilon = call.Parameters.TryGetValue(EpsilonParameter, out string? epsilon) ? epsilon : generator?.Epsilon.ToString()
                ?? throw FieldPath.Missing($"parameters.{EpsilonParameter}", "write the budget with its unit, such as 8/255"),
            Seed = Parse(call, SeedParameter, 0UL, text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? seed : null, "a whole number, 0 to 2^64 - 1"),
            Rescale = Parse(call, RescaleParameter, false, text => bool.TryParse(text, out bool rescale) ? rescale : null, "true or false"),
            OutputFormat = call.RawImageShape is null ? OutputFormat.Png : OutputFormat.Raw,
        };
        foreach (var (name, value) in call.Parameters)
        {
            if (name is not (ModelParameter or EpsilonParameter or SeedParameter or RescaleParameter)) settings.Options[name] = value;
        }

        return settings;
    }

    private static ModelReference Target(InferenceCall call, GeneratorRecord? generator)
    {
        if (!call.Parameters.TryGetValue(ModelParameter, out string? text))
            return generator is not null ? Messages.ToMessage(generator.Model) : throw FieldPath.Missing($"parameters.{ModelParameter}", "name the network that is attacked, NAME or NAME:VERSION");
        string[] parts = text.Split(':', 2);
        return new ModelReference { Name = parts[0], Version = parts.Length == 2 ? parts[1] : "" };
    }

    private static T Parse<T>(InferenceCall call, string name, T otherwise, Func<string, T?> parse, string right)
        where T : struct =>
        !call.Parameters.TryGetValue(name, out string? text) ? otherwise
        : parse(text) ?? throw new FailureException(FailureKind.InvalidArgument, "PARAMETER_INVALID", $"{name} is '{text}'; it must be {right}.") { Field = $"parameters.{name}" };

    private static FailureException Fault(FailureKind kind, string reason, string message) => new(kind, reason, message);

    // Options stand among the parameters here, and the target's name and version are one parameter.
    private static FailureException Renamed(FailureException failure) => failure.Field switch
    {
        { } field when field.StartsWith("parameters.options.", StringComparison.Ordinal) => failure.Retell(field.Replace(".options.", ".", StringComparison.Ordinal)),
        { } field when field.StartsWith("parameters.model", StringComparison.Ordinal) => failure.Retell("parameters.model"),
        "parameters.generator" or "parameters.method" => failure.Retell("name"),
        _ => failure,
    };

    private sealed class Session(Perturber perturber, AttackSettings settings, AttackWorkers.Lease lease, InferenceCall call) : IInferenceSession
    {
        public string Version => OnlyVersion;

        public InferenceTensor Output { get; } =
            call.RawImageShape is { } shape ? new(PerturbInference.Output, "UINT8", shape) : new(PerturbInference.Output, "BYTES", []);

        public async Task<ReadOnlyMemory<byte>> AnswerAsync(Image image, int index, string field, CancellationToken cancellation)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"{call.Id}/{index}");
            var (adversarial, _) = await perturber.PerturbAsync(lease.Worker, settings, image, id, field, "parameters", call.Deadline, cancellation);
            return (adversarial.Image.ContentCase == Image.ContentOneofCase.Raw ? adversarial.Image.Raw.Data : adversarial.Image.Encoded).Memory;
        }

        public void Dispose() => lease.Dispose();
    }
}
