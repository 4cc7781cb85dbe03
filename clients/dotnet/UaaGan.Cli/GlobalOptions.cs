using System.CommandLine;

namespace UaaGan.Cli;

/// <summary>Options of every command.</summary>
internal static class GlobalOptions
{
    /// <summary>Not an option: a list of processes shows those, and a connection string may hold a password.</summary>
    public const string PostgreSqlVariable = "UAAGAN_POSTGRESQL";

    public static readonly Option<string> State = new("--state")
    {
        Description = "Folder of models, generators, training jobs and galleries [default: $UAAGAN_STATE, else ~/.local/share/uaagan]; $UAAGAN_POSTGRESQL, a connection string, moves jobs and galleries to PostgreSQL",
        HelpName = "DIR",
        Recursive = true,
    };

    public static readonly Option<string> Features = Url("--features", "UAAGAN_FEATURES_URL", "FeatureExtraction");
    public static readonly Option<string> Perturbation = Url("--perturbation", "UAAGAN_PERTURBATION_URL", "Perturbation");
    public static readonly Option<string> Scoring = Url("--scoring", "UAAGAN_SCORING_URL", "RetrievalScoring");

    public static readonly Option<string> ApiKeyFile = AccessFile("--api-key-file", "an API key for the services that have an address [default: $UAAGAN_API_KEY, the key itself]");
    public static readonly Option<string> TokenFile = AccessFile("--token-file", "a bearer token for them [default: $UAAGAN_TOKEN, the token itself]");
    public static readonly Option<string> Ca = AccessFile("--ca", "the authorities that their certificates come from [default: $UAAGAN_CA, else this machine's]");
    public static readonly Option<string> Certificate = AccessFile("--certificate", "this caller's certificate [default: $UAAGAN_CERTIFICATE]");
    public static readonly Option<string> Key = AccessFile("--key", "its private key [default: $UAAGAN_KEY]");

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "One JSON object on standard output; progress and logs go to standard error",
        Recursive = true,
    };

    public static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Show the services' logs and the stack trace of a failure",
        Recursive = true,
    };

    public static readonly Option<int> StartTimeout = new("--start-timeout")
    {
        Description = "Seconds that a service may take to start, 1 to 3600",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 120,
        Recursive = true,
    };

    public static void AddTo(RootCommand root)
    {
        StartTimeout.Between(1, 3600);
        foreach (var option in (Option[])[State, Features, Perturbation, Scoring, ApiKeyFile, TokenFile, Ca, Certificate, Key, StartTimeout, Json, Verbose])
            root.Options.Add(option);
    }

    // Keys and tokens come in files or by the environment: a list of processes shows options.
    private static Option<string> AccessFile(string name, string content) => new(name)
    {
        Description = $"File with {content}",
        HelpName = "FILE",
        Recursive = true,
    };

    private static Option<string> Url(string name, string variable, string service) => new(name)
    {
        Description = $"Address of a running {service} [default: ${variable}, else one is started for this command and stopped after it]",
        HelpName = "URL",
        Recursive = true,
    };
}
