using UaaGan.Attacks;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace UaaGan.Perturbation;

/// <summary>Methods and generators as messages.</summary>
internal static class Messages
{
    public static Method ToMessage(AttackMethod method) => new()
    {
        Name = method.Name,
        Description = Describe(method),
        NeedsGenerator = method.NeedsGenerator,
        NeedsGuide = method.NeedsGuide,
        AttackOptions = { method.AttackOptions.Select(ToMessage) },
        TrainingOptions = { method.TrainingOptions.Select(ToMessage) },
    };

    public static Generator ToMessage(GeneratorRecord generator) => new()
    {
        Name = generator.Name,
        Method = generator.Method,
        Model = ToMessage(generator.Model),
        Epsilon = generator.Epsilon.ToString(),
        Steps = (ulong)generator.Steps,
        WeightsSha256 = generator.WeightsSha256,
        Created = Timestamp.FromDateTimeOffset(generator.Created),
        ManifestJson = generator.ManifestJson,
        Ensemble = { generator.Ensemble.Select(ToMessage) },
    };

    public static ModelReference ToMessage(TargetIdentity model) => new() { Name = model.Name, Version = model.Version };

    private static string Describe(AttackMethod method) => string.Join(
        ' ',
        new[]
        {
            method.Description,
            method.Paper.Length == 0 ? "" : $"{method.Paper}.",
            method.Departures.Length == 0 ? "" : $"Departs from it: {method.Departures}",
        }.Where(part => part.Length > 0));

    private static MethodOption ToMessage(OptionDefinition option) => new()
    {
        Name = option.Name,
        DefaultValue = option.DefaultValue,
        Description = option.Description,
    };
}
