using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using UaaGan.Cli.Services;

namespace UaaGan.Cli.Commands;

/// <summary><c>serve</c>: the three services on their fixed ports.</summary>
internal static class ServeCommand
{
    public static Command Create() => new SessionCommand("serve", """
        Starts the three services and runs until Ctrl-C: gRPC on 5101 (FeatureExtraction), 5102 (Perturbation) and 5103 (RetrievalScoring),
        health, metrics and gRPC-Web on 5111, 5112 and 5113, on the loopback address.

        Other commands find them by --features, --perturbation and --scoring, or by the environment:
          export UAAGAN_FEATURES_URL=http://127.0.0.1:5101 UAAGAN_PERTURBATION_URL=http://127.0.0.1:5102 UAAGAN_SCORING_URL=http://127.0.0.1:5103

        Galleries and training jobs are SQLite files in the state folder, or in a PostgreSQL database that replicas share when the environment says so:
          export UAAGAN_POSTGRESQL='Host=db;Database=uaagan;Username=uaagan;Password=...'
        """, Run);

    private static async Task<int> Run(Session session, CancellationToken cancellationToken)
    {
        foreach (var kind in ServiceKinds.All)
        {
            RequireFree(kind, kind.GrpcPort());
            RequireFree(kind, kind.HttpPort());
        }

        Directory.CreateDirectory(session.State);
        var processes = new List<ServiceProcess>();
        try
        {
            foreach (var kind in ServiceKinds.All)
                processes.Add(ServiceProcess.Start(kind, session.State, Session.PostgreSql, kind.GrpcPort(), kind.HttpPort(), session.Terminal));
            var limit = TimeSpan.FromSeconds(session.Options.GetValue(GlobalOptions.StartTimeout));
            var addresses = new Dictionary<ServiceKind, ServiceAddresses>();
            foreach (var process in processes) addresses.Add(process.Kind, await process.Ready(limit, cancellationToken));
            Announce(session, addresses);

            var first = await Task.WhenAny(processes.Select(process => process.Exited(cancellationToken)));
            await first;
            throw await processes.First(process => process.HasExited).Died();
        }
        finally
        {
            await Task.WhenAll(processes.Select(process => process.DisposeAsync().AsTask()));
        }
    }

    private static void Announce(Session session, Dictionary<ServiceKind, ServiceAddresses> addresses)
    {
        if (session.Terminal.Json)
        {
            session.Terminal.WriteJson(addresses.ToDictionary(a => a.Key.Key(), a => new { grpc = Text(a.Value.Grpc), http = Text(a.Value.Http), a.Value.Pid }));
            return;
        }

        foreach (var (kind, at) in addresses)
            session.Terminal.Show(string.Create(CultureInfo.InvariantCulture, $"{kind,-18} gRPC {Text(at.Grpc)}   health, metrics {Text(at.Http)}   process {at.Pid}"));
        session.Terminal.Show($"State is in {session.State}. Ctrl-C stops them.");
    }

    private static string Text(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static void RequireFree(ServiceKind kind, int port)
    {
        using var socket = new TcpListener(IPAddress.Loopback, port);
        try
        {
            socket.Start();
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new CliException(
                $"Port {port.ToString(CultureInfo.InvariantCulture)}, which {kind} needs, is in use: perhaps another 'uaagan serve' runs. Stop it, or use it with the addresses in 'uaagan serve --help'.");
        }
    }
}
