using System.Diagnostics;
using System.Text.Json.Nodes;

namespace UaaGan.Interop.Tests.Drivers;

/// <summary>The driver of another language: configuration in, one JSON object a line out.</summary>
internal static class DriverProcess
{
    /// <summary>Runs all cases and returns each one's result by its name.</summary>
    public static async Task<JsonObject> RunCases(string language, JsonObject configuration)
    {
        using var driver = Start(language, configuration);
        var errors = driver.StandardError.ReadToEndAsync();
        var results = new JsonObject();
        await foreach (var line in Lines(driver)) results[(string)line["case"]!] = line["result"]!.DeepClone();
        await Programs.EndsWell(driver, errors);
        return results;
    }

    /// <summary>Runs a stream over replicas; see <see cref="ResumeRun"/>.</summary>
    public static async Task<ResumeResult> RunStream(string language, JsonObject configuration, ResumeRun run)
    {
        using var driver = Start(language, configuration);
        var errors = driver.StandardError.ReadToEndAsync();
        await foreach (var line in Lines(driver))
        {
            if (line["ids"] is { } ids)
            {
                await Programs.EndsWell(driver, errors);
                return run.Result([.. ids.AsArray().Select(id => (string)id!)], [.. line["features"]!.AsArray().Select(feature => (string)feature!)]);
            }

            if (!await run.Report((int)line["answered"]!, (int)line["reconnected"]!)) continue;
            await driver.StandardInput.WriteLineAsync("go");
            await driver.StandardInput.FlushAsync();
        }

        await Programs.EndsWell(driver, errors);
        throw new InvalidOperationException("the driver ended without a result");
    }

    private static Process Start(string language, JsonObject configuration)
    {
        var driver = language == Languages.Node
            ? Programs.Start("node", [Path.Combine(InteropSuite.Root, "tests/interop/node/driver.js")])
            : Programs.Start("/usr/bin/python3", [Path.Combine(InteropSuite.Root, "tests/interop/python/driver.py")]);
        driver.StandardInput.WriteLine(configuration.ToJsonString());
        driver.StandardInput.Flush();
        return driver;
    }

    private static async IAsyncEnumerable<JsonNode> Lines(Process driver)
    {
        while (await driver.StandardOutput.ReadLineAsync().Within() is { } line) yield return JsonNode.Parse(line)!;
    }
}
