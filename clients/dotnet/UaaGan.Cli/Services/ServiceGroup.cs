using UaaGan.Cli.Output;
using UaaGan.Client;

namespace UaaGan.Cli.Services;

/// <summary>The clients of the services that a command needs, and the processes that were started for it.</summary>
internal sealed class ServiceGroup : IAsyncDisposable
{
    private readonly Dictionary<ServiceKind, ServiceClient> _clients = [];
    private readonly List<ServiceProcess> _processes = [];

    private readonly Terminal _terminal;

    private ServiceGroup(Terminal terminal) => _terminal = terminal;

    public FeatureClient Features => (FeatureClient)_clients[ServiceKind.FeatureExtraction];

    public PerturbationClient Perturbation => (PerturbationClient)_clients[ServiceKind.Perturbation];

    public ScoringClient Scoring => (ScoringClient)_clients[ServiceKind.RetrievalScoring];

    /// <summary>Whether this process started the service and stops it at its end.</summary>
    public bool Owns(ServiceKind kind) => _processes.Any(process => process.Kind == kind);

    /// <summary>Connects to the services that have an address and starts the others.</summary>
    public static async Task<ServiceGroup> Open(
        IReadOnlyDictionary<ServiceKind, Uri?> services, ClientAccess access, string state, string? postgreSql, Terminal terminal, TimeSpan startLimit, CancellationToken cancellationToken)
    {
        var group = new ServiceGroup(terminal);
        try
        {
            var missing = services.Where(s => s.Value is null).Select(s => s.Key).ToList();
            if (missing.Count > 0)
            {
                Directory.CreateDirectory(state);
                terminal.Note($"Starting {string.Join(", ", missing)} on free loopback ports...");
                foreach (var kind in missing) group._processes.Add(ServiceProcess.Start(kind, state, postgreSql, 0, 0, terminal));
            }

            foreach (var (kind, address) in services)
            {
                var at = address ?? (await group._processes.Single(p => p.Kind == kind).Ready(startLimit, cancellationToken)).Grpc;
                group._clients.Add(kind, Client(kind, at, new ClientOptions { Access = address is null ? new ClientAccess() : access }));
            }

            return group;
        }
        catch
        {
            await group.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // One that ended by itself explains the failed call that the command reports.
        foreach (var process in _processes.Where(process => process.HasExited)) _terminal.Warn((await process.Died()).Message);
        foreach (var client in _clients.Values) client.Dispose();
        await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));
    }

    private static ServiceClient Client(ServiceKind kind, Uri address, ClientOptions options) => kind switch
    {
        ServiceKind.FeatureExtraction => new FeatureClient(address, options),
        ServiceKind.Perturbation => new PerturbationClient(address, options),
        _ => new ScoringClient(address, options),
    };
}
