using System.CommandLine;
using UaaGan.Cli.Output;
using UaaGan.Cli.Services;
using UaaGan.Client;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Cli;

/// <summary>What a command needs to run: its options, the terminal, the state folder and the services.</summary>
internal sealed class Session
{
    public Session(ParseResult options, Terminal terminal)
    {
        Options = options;
        Terminal = terminal;
    }

    public ParseResult Options { get; }

    public Terminal Terminal { get; }

    /// <summary>What the user wrote after the program's name.</summary>
    public IReadOnlyList<string> Arguments => [.. Options.Tokens.Select(token => token.Value)];

    /// <summary>The state folder, absolute.</summary>
    public string State => Path.GetFullPath(
        Options.GetValue(GlobalOptions.State)
        ?? NonEmpty("UAAGAN_STATE")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "uaagan"));

    /// <summary>Where galleries and training jobs are, when not in the state folder: a PostgreSQL connection string.</summary>
    public static string? PostgreSql => NonEmpty(GlobalOptions.PostgreSqlVariable);

    /// <summary>What the services that have an address are shown.</summary>
    public ClientAccess Access
    {
        get
        {
            var environment = ClientAccess.FromEnvironment();
            return new ClientAccess
            {
                ApiKey = Secret(GlobalOptions.ApiKeyFile) ?? environment.ApiKey,
                Token = Secret(GlobalOptions.TokenFile) ?? environment.Token,
                AuthorityFile = Options.GetValue(GlobalOptions.Ca) ?? environment.AuthorityFile,
                CertificateFile = Options.GetValue(GlobalOptions.Certificate) ?? environment.CertificateFile,
                KeyFile = Options.GetValue(GlobalOptions.Key) ?? environment.KeyFile,
            };
        }
    }

    /// <summary>The address given for a service, if any.</summary>
    public Uri? Address(ServiceKind kind)
    {
        var (option, variable) = kind switch
        {
            ServiceKind.FeatureExtraction => (GlobalOptions.Features, "UAAGAN_FEATURES_URL"),
            ServiceKind.Perturbation => (GlobalOptions.Perturbation, "UAAGAN_PERTURBATION_URL"),
            _ => (GlobalOptions.Scoring, "UAAGAN_SCORING_URL"),
        };
        var given = Options.GetValue(option);
        if ((given ?? NonEmpty(variable)) is not { } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https") return address;
        throw CliException.WrongUse($"'{text}' ({(given is null ? variable : option.Name)}) is no address; write it as http://host:port.");
    }

    /// <summary>The services that a command needs: those with an address are used, the others are started on free loopback ports.</summary>
    public Task<ServiceGroup> Services(CancellationToken cancellationToken, params ServiceKind[] needed) => Services(State, cancellationToken, needed);

    /// <summary>As above, on another state folder.</summary>
    public Task<ServiceGroup> Services(string state, CancellationToken cancellationToken, params ServiceKind[] needed) =>
        ServiceGroup.Open(
            needed.ToDictionary(kind => kind, Address), Access, state, PostgreSql, Terminal,
            TimeSpan.FromSeconds(Options.GetValue(GlobalOptions.StartTimeout)), cancellationToken);

    /// <summary>All three services, started for this command whatever addresses there are, on a state folder of its own.</summary>
    public Task<ServiceGroup> OwnServices(string state, CancellationToken cancellationToken) => ServiceGroup.Open(
        ServiceKinds.All.ToDictionary(kind => kind, _ => (Uri?)null), new ClientAccess(), state, "", Terminal,
        TimeSpan.FromSeconds(Options.GetValue(GlobalOptions.StartTimeout)), cancellationToken);

    /// <summary>Reads NAME or NAME:VERSION.</summary>
    public static ModelReference Model(string text)
    {
        var parts = text.Split(':');
        return parts.Length switch
        {
            1 when text.Length > 0 => new ModelReference { Name = text },
            2 when parts[0].Length > 0 && parts[1].Length > 0 => new ModelReference { Name = parts[0], Version = parts[1] },
            _ => throw CliException.WrongUse($"--model '{text}' is not understood; write NAME or NAME:VERSION."),
        };
    }

    private string? Secret(Option<string> file) => Options.GetValue(file) is { } path ? File.ReadAllText(path).Trim() : null;

    private static string? NonEmpty(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
