namespace UaaGan.Tests.Shared;

/// <summary>The real images and weights, which are not in the repository: UAAGAN_SHARED, else shared/ beside the repository.</summary>
internal static class SharedData
{
    /// <summary>Skips the test where it is not there.</summary>
    public static string Path(params string[] parts)
    {
        var path = Find(parts);
        if (path is null) Assert.Skip($"needs the shared data: {string.Join('/', parts)} is not there (set UAAGAN_SHARED)");
        return path;
    }

    /// <summary>Null where it is not there.</summary>
    public static string? Find(params string[] parts)
    {
        var root = Environment.GetEnvironmentVariable("UAAGAN_SHARED") ?? BesideRepository();
        var path = System.IO.Path.Combine([root, "data", .. parts]);
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    private static string BesideRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "UaaGan.Grpc.sln"))) folder = folder.Parent;
        return System.IO.Path.Combine(folder?.FullName ?? "", "..", "shared");
    }
}
