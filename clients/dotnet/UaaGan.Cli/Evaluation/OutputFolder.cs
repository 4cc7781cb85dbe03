using System.Text.Json.Nodes;

namespace UaaGan.Cli.Evaluation;

/// <summary>The folder that a run writes into: new or empty, or an earlier run's, recognised by its manifest. Nobody else's files are touched.</summary>
internal static class OutputFolder
{
    private static readonly string[] Files = ["report.json", "report.html", RunManifest.FileName];

    /// <summary>A folder that can be written to afresh. An earlier run of the same command is removed when <paramref name="replace"/> says so.</summary>
    public static async Task Fresh(string folder, string command, bool replace, CancellationToken cancellationToken)
    {
        if (await Existing(folder, command, cancellationToken) is not null)
        {
            if (!replace) throw new CliException($"'{folder}' holds an earlier {command}; give another --out, or --replace to write over it.");
            foreach (var file in Files) File.Delete(Path.Combine(folder, file));
            var images = Path.Combine(folder, "images");
            if (Directory.Exists(images)) Directory.Delete(images, recursive: true);
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
