using System.Text.Json.Nodes;
using UaaGan.Interop.Tests.Drivers;

namespace UaaGan.Interop.Tests;

/// <summary>The languages of the matrix and how each one's driver is run.</summary>
internal static class Languages
{
    public const string Dotnet = "dotnet", Python = "python", PythonAsyncio = "python-asyncio", Node = "node";

    public static readonly string[] Matrix = [Dotnet, Python, Node];

    public static Task<JsonObject> RunMatrix(string language, JsonObject configuration) =>
        language == Dotnet ? new DotnetDriver(configuration).RunCases() : DriverProcess.RunCases(language, configuration);
}
