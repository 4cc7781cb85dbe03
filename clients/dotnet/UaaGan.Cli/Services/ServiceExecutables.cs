namespace UaaGan.Cli.Services;

/// <summary>Finds the services' executables: in $UAAGAN_SERVICES, else beside the command line's own build output.</summary>
internal static class ServiceExecutables
{
    private const string Variable = "UAAGAN_SERVICES";

    public static string Find(ServiceKind kind) => Find(kind, Environment.GetEnvironmentVariable(Variable), AppContext.BaseDirectory);

    /// <param name="kind">The service.</param>
    /// <param name="folder">Value of $UAAGAN_SERVICES; null or empty when not set.</param>
    /// <param name="baseDirectory">Where this program lies, such as artifacts/bin/UaaGan.Cli/release.</param>
    public static string Find(ServiceKind kind, string? folder, string baseDirectory)
    {
        var name = kind.Executable();
        var own = new DirectoryInfo(baseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string[] candidates = folder is { Length: > 0 }
            ? [Path.Combine(folder, name, name), Path.Combine(folder, name, own.Name, name), Path.Combine(folder, name)]
            : own.Parent?.Parent is { } outputs
                ? [Path.Combine(outputs.FullName, name, own.Name, name), Path.Combine(own.FullName, name)]
                : [Path.Combine(own.FullName, name)];
        return candidates.FirstOrDefault(File.Exists) ?? throw new CliException(
            $"The {kind} service is not built: there is no {string.Join(" and no ", candidates)}. "
            + $"Build it (dotnet build services/{name} -c Release), or set {Variable} to the folder that holds the services.");
    }
}
