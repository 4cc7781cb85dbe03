using UaaGan.Networks;

namespace UaaGan.Attacks;

/// <summary>The networks that a job trains on, loaded for gradients; the first is the model of its settings.</summary>
internal sealed class JobNetworks : IDisposable
{
    private readonly List<TargetNetwork> _networks = [];

    public JobNetworks(ModelRepository models, TrainingSettings settings)
    {
        try
        {
            foreach (var network in settings.Ensemble.Prepend(settings.Model))
                _networks.Add(models.Load(models.Get(network.Name, ModelName.ParseVersion(network.Version)).ForGradients()));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public TargetNetwork Model => _networks[0];

    public IReadOnlyList<TargetNetwork> Ensemble => _networks[1..];

    public void Dispose() => _networks.ForEach(network => network.Dispose());
}
