using System.Text.Json.Nodes;

namespace UaaGan.Cli.Evaluation;

/// <summary>The folder that a run writes into: new or empty, or an earlier run's, recognised by its manifest. Nobody else's files are touched.</summary>
internal static class OutputFolder
{
    private static readonly string[] Files = ["report.json", "battery.json", "battery.csv", "report.html", RunManifest.FileName];

    /// <summary>A folder that can be written to afresh. An earlier run of the same command is removed when <paramref name="replace"/> says so.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="command">The command that writes.</param>
    /// <param name="parts">Names of the folders in it that belong to a run, beside its report and manifest.</param>
    /// <param name="replace">Whether an earlier run may be removed.</param>
    /// <param name="cancellationToken">Stops before anything is removed.</param>
    public static async Task Fresh(string folder, string command, IEnumerable<string> parts, bool replace, CancellationToken cancellationToken)
    {
        if (await Existing(folder, command, cancellationToken) is not null)
        {
            if (!replace) throw new CliException($"'{folder}' holds an earlier {command}; give another --out, or --replace to write over it.");
            foreach (var file in Files) File.Delete(Path.Combine(folder, file));
            foreach (var part in parts.Select(part => Path.Combine(folder, part)).Where(Directory.Exists)) Directory.Delete(part, recursive: true);
        }

        Directory.CreateDirectory(folder);
    }

    /// <summary>The settings of the run that the folder belongs to; null for a new or empty folder.</summary>
    public static async Task<JsonNode?> Existing(string folder, string command, CancellationToken cancellationToken)
    {
        if (File.Exists(folder)) throw new CliException($"'{folder}' is a file; --out needs a folder.");
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any()) return null;
        if (await RunManifest.Read(folder, cancellationToken) is { } manifest && manifest.Command == command && manifest.Run is not null) return manifest.Run;
        throw new CliException($"'{folder}' is not empty and holds no {command} of uaagan; give a new or an empty folder.");
    }
}
