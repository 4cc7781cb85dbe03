namespace UaaGan.Retrieval.Tests;

/// <summary>Real data beside the repository: $UAAGAN_SHARED, else ../shared.</summary>
internal static class SharedData
{
    public static string Require(string part)
    {
        string? shared = Environment.GetEnvironmentVariable("UAAGAN_SHARED");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); shared is null && folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "UaaGan.Grpc.sln"))) shared = Path.Combine(folder.FullName, "..", "shared");
        }

        string path = Path.Combine(shared ?? "", "data", part);
        if (shared is null || !Path.Exists(path)) Assert.Skip($"data/{part} is not there; set UAAGAN_SHARED to the folder that holds data/.");
        return path;
    }
}
