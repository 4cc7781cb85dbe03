namespace UaaGan.Kernels.Tests;

/// <summary>Files of the repository that tests read.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Cuda => Path.Combine(Root, "kernels", "cuda");

    public static string Emulator => Path.Combine(Root, "kernels", "emulator");

    /// <summary>Whether the counts that issues ask for are wanted, rather than those of every day.</summary>
    public static bool IsFull => Environment.GetEnvironmentVariable("UAAGAN_FULL") == "1";

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "UaaGan.Grpc.sln")) ? folder : Find(Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("the repository's root"));
}
