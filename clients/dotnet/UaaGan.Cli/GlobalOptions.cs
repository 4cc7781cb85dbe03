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
        foreach (var option in (Option[])[State, Features, Perturbation, Scoring, StartTimeout, Json, Verbose])
            root.Options.Add(option);
    }

    private static Option<string> Url(string name, string variable, string service) => new(name)
    {
        Description = $"Address of a running {service} [default: ${variable}, else one is started for this command and stopped after it]",
        HelpName = "URL",
        Recursive = true,
    };
}
