namespace UaaGan.Tests.Shared;

/// <summary>What makes a service's memory comparable early and late, so that a few percent of growth are a leak and not chance.</summary>
internal static class SteadyMemory
{
    /// <summary>
    /// Environment variables of the service. Code is compiled once, one heap collects often, in the thread that allocates, and closes its gaps;
    /// one native arena serves all threads. Each of these alone moved a service of 120 MiB by 10 MiB and more between two equal runs.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string> Environment = new Dictionary<string, string>
    {
        ["DOTNET_TieredCompilation"] = "0",
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
        ["DOTNET_GCgen0size"] = "400000",
        ["DOTNET_GCConserveMemory"] = "5",
        ["MALLOC_ARENA_MAX"] = "1",
    };
}
