using System.Text.Json.Nodes;

namespace UaaGan.Cli.Tests;

/// <summary>What one command line printed and returned.</summary>
internal sealed record Outcome(int Code, string Output, string Errors)
{
    /// <summary>Standard output as the one JSON object that --json promises; anything else on it fails the test.</summary>
    public JsonObject Json => Assert.IsType<JsonObject>(JsonNode.Parse(Output));

    public Outcome Ends(int code)
    {
        Assert.True(Code == code, $"exit code {Code} instead of {code}\n{Errors}\n{Output}");
        return this;
    }
}

/// <summary>The program, run inside this process.</summary>
internal static class CommandLine
{
    public static Task<Outcome> Run(params string[] arguments) => Run(TestContext.Current.CancellationToken, arguments);

    public static async Task<Outcome> Run(CancellationToken cancellationToken, params string[] arguments)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await Application.Run(arguments, TextWriter.Synchronized(output), TextWriter.Synchronized(errors), cancellationToken);
        return new Outcome(code, output.ToString(), errors.ToString());
    }
}
