using System.Text.Json;
using System.Text.Json.Nodes;
using UaaGan.Cli.Output;

namespace UaaGan.Cli.Evaluation;

/// <summary>A finished run that is to be repeated, as its manifest has it.</summary>
/// <param name="Path">The manifest's file.</param>
/// <param name="Version">The version of uaagan that wrote it.</param>
/// <param name="Data">The data that was read.</param>
/// <param name="Run">The settings.</param>
/// <param name="Result">What came of it.</param>
internal sealed record RecordedRun(string Path, string Version, DataRecord Data, JsonNode Run, JsonNode Result)
{
    /// <summary>What is missing is an error and not a null.</summary>
    private static readonly JsonSerializerOptions Strict = new(JsonFormat.Options) { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    /// <summary>Reads a manifest.</summary>
    /// <param name="path">The file.</param>
    /// <param name="command">The command that is to repeat it.</param>
    /// <param name="output">Where the second run goes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="CliException">It is no manifest of that command, the run did not end, or it says too little.</exception>
    public static async Task<RecordedRun> Read(string path, string command, string output, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) throw CliException.WrongUse($"--manifest: there is no file '{path}'; give the {RunManifest.FileName} of an earlier {command}.");
        if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) == System.IO.Path.TrimEndingDirectorySeparator(output))
            throw CliException.WrongUse($"--out '{output}' holds the run that is to be repeated; give another folder, so that both can be compared.");
        try
        {
            var manifest = JsonNode.Parse(await File.ReadAllTextAsync(path, cancellationToken));
            if (manifest?["command"]?.GetValue<string>() is not { } recorded || manifest["run"] is not { } run) throw NoManifest(path);
            if (recorded != command) throw CliException.WrongUse($"--manifest: '{path}' is the manifest of '{recorded}', not of '{command}'.");
            var line = $"its command line was: uaagan {string.Join(' ', manifest["arguments"]?.AsArray().Select(argument => (string?)argument) ?? [])}";
            if (manifest["complete"]?.GetValue<bool>() != true || manifest["result"] is not { } result)
                throw new CliException($"The run of '{path}' did not end, so that there is nothing to repeat; {line}");
            var version = manifest["versions"]?["uaagan"]?.GetValue<string>() ?? "unknown";
            if (manifest["data"] is not { } data) throw new CliException($"'{path}' was written by uaagan {version}, which kept too little to repeat a run; {line}");
            return new RecordedRun(path, version, Form<DataRecord>(data), run, result);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw NoManifest(path, exception);
        }
    }

    /// <summary>A part of the manifest in its form.</summary>
    /// <exception cref="CliException">It has another form.</exception>
    public T As<T>(JsonNode part)
    {
        try
        {
            return Form<T>(part);
        }
        catch (JsonException exception)
        {
            throw NoManifest(Path, exception);
        }
    }

    /// <summary>Holds the second run's numbers against the first one's.</summary>
    /// <param name="run">The second run's settings.</param>
    /// <param name="result">What came of it.</param>
    /// <exception cref="CliException">A number differs.</exception>
    public void RequireSame(JsonNode run, JsonNode result)
    {
        var differences = JsonDifferences.Of(Result, result);
        if (differences.Count == 0) return;
        // What may be the cause: another device, other batch sizes, another version.
        var causes = JsonDifferences.Of(Run, run);
        if (Version != RunManifest.Version) causes.Insert(0, $"versions.uaagan is {RunManifest.Version} instead of {Version}");
        throw new CliException($"The second run is written, but it is not the first one of '{Path}': {JsonDifferences.List(differences)}."
            + (causes.Count > 0 ? $" What else differs: {JsonDifferences.List(causes)}." : " The settings are the same; was it another machine?"));
    }

    private static T Form<T>(JsonNode part) => part.Deserialize<T>(Strict) ?? throw new JsonException("a part of it is null");

    private static CliException NoManifest(string path, Exception? inner = null) =>
        new($"--manifest: '{path}' is no manifest of uaagan that this version understands{(inner is null ? "" : $": {inner.Message}")}.", ExitCodes.WrongUse, inner);
}
