using Microsoft.Extensions.Options;
using UaaGan.Attacks;
using UaaGan.Hosting;
using UaaGan.Networks;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation;

/// <summary>The service of adversarial queries and of the training of generators.</summary>
public static class PerturbationHost
{
    /// <summary>Its name and its default ports.</summary>
    public static ServiceProfile Profile { get; } = new("perturbation", GrpcPort: 5102, HttpPort: 5112);

    /// <summary>Adds what it is made of.</summary>
    public static void Configure(ServiceBuilder service)
    {
        ArgumentNullException.ThrowIfNull(service);
        LibTorch.LoadNamed();
        service.AddOptions<PerturbationOptions>(PerturbationOptions.Section);
        string state = service.Options.State;
        var services = service.Services;
        services.AddSingleton(_ => new ModelRepository(Path.Combine(state, "models")));
        services.AddSingleton(_ => new GeneratorRepository(Path.Combine(state, "generators")));
        services.AddSingleton<TensorDevice>();
        services.AddSingleton<RemoteFeatureService>();
        services.AddSingleton<AttackSettingsReader>();
        services.AddSingleton<AttackWorkers>();
        services.AddSingleton<Perturber>();
        services.AddSingleton(provider => Trainings(provider, Path.Combine(state, "perturbation.db")));
        services.AddSingleton(provider => new TrainingFiles(Path.Combine(state, "trainings"), Own(provider).MaxTrainingImages));
        services.AddSingleton<TrainingIntake>();
        services.AddSingleton<TrainingMessages>();
        services.AddHostedService<RemoteFeatureStartup>();
        services.AddHostedService<TrainingHost>();
        service.MapGrpcService<PerturbationGrpcService>(PerturbationService.Descriptor.FullName);
        service.MapOpenInference<PerturbInference>();
        service.Administer(PerturbationService.Descriptor, "StartTraining", "CancelTraining", "ResumeTraining");
    }

    private static ITrainingStore Trainings(IServiceProvider provider, string file)
    {
        var own = Own(provider);
        var time = provider.GetRequiredService<TimeProvider>();
        return own.PostgreSql.Length > 0
            ? new PostgresTrainingStore(own.PostgreSql, own.MaxTrainings, time)
            : new SqliteTrainingStore(file, own.MaxTrainings, time);
    }

    private static PerturbationOptions Own(IServiceProvider provider) => provider.GetRequiredService<IOptions<PerturbationOptions>>().Value;
}
