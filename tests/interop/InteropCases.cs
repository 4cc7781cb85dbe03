using System.Text.Json.Nodes;
using Grpc.Core;

namespace UaaGan.Interop.Tests;

/// <summary>One case of the matrix.</summary>
/// <param name="Name">What the drivers call it.</param>
/// <param name="Check">What its result must be, whatever the language; gets the results of all cases.</param>
internal sealed record InteropCase(string Name, Action<JsonNode, JsonObject> Check);

/// <summary>The cases, which every language's driver implements; besides these checks their results must be equal.</summary>
internal static class InteropCases
{
    public static IReadOnlyList<InteropCase> All { get; } =
    [
        new("unary", (result, all) => Assert.Equal(32 * 4, Feature(result).Length)),
        new("stream", (result, all) =>
        {
            Assert.Equal(24, result["ids"]!.AsArray().Count);
            Assert.Equal("class0/0.png", (string?)result["ids"]![0]);
            Assert.Equal(Feature(all["unary"]!), (string?)result["features"]![0]);
            Assert.Equal(24, result["features"]!.AsArray().Select(feature => (string?)feature).Distinct().Count());
        }),
        new("perturb", (result, all) =>
        {
            Assert.Equal(Ids(6), result["ids"]!.AsArray().Select(id => (string?)id));
            Assert.All(result["linf"]!.AsArray(), linf => Assert.InRange((int)linf!, 1, 8));
        }),
        new("search", (result, all) =>
        {
            Assert.Equal(24, (int)result["stored"]!);
            Assert.Equal(["class0/0.png", "class0/1.png"], result["hits"]!.AsArray().Select(hits => (string?)hits![0]));
        }),
        new("large-image", (result, all) => Assert.Equal(32 * 4, Feature(result).Length)),
        new("pixels", (result, all) => Assert.Equal(Feature(all["unary"]!), Feature(result))),
        new("slow-reader", (result, all) => Assert.Equal((true, true), ((bool)result["fast"]!, (bool)result["slow"]!))),
        new("cancel", (result, all) =>
        {
            Assert.Equal(Ids(3), result["ids"]!.AsArray().Select(id => (string?)id));
            Assert.Equal(Feature(all["unary"]!), (string?)result["after"]);
        }),
        new("deadline", (result, all) => Assert.Equal((int)StatusCode.DeadlineExceeded, (int)result["code"]!)),
        new("bad-item", (result, all) =>
        {
            Assert.Equal(["i0", "bad", "i1"], result["ids"]!.AsArray().Select(id => (string?)id));
            Assert.Equal([0, (int)StatusCode.InvalidArgument, 0], result["codes"]!.AsArray().Select(code => (int)code!));
            Assert.Equal(Feature(all["unary"]!), (string?)result["features"]![0]);
        }),
        new("unknown-model", (result, all) => Assert.Equal(((int)StatusCode.NotFound, "MODEL_NOT_FOUND"), Failure(result))),
        new("overload", (result, all) =>
        {
            Assert.Equal((4, true), ((int)result["answered"]!, (bool)result["retry"]!));
            Assert.Equal([(int)StatusCode.ResourceExhausted, (int)StatusCode.ResourceExhausted], result["codes"]!.AsArray().Select(code => (int)code!));
        }),
        new("tls", (result, all) =>
        {
            Assert.Equal(Feature(all["unary"]!), Feature(result));
            Assert.Equal(Ids(6), result["ids"]!.AsArray().Select(id => (string?)id));
            Assert.Equal(all["stream"]!["features"]!.AsArray().Take(6).Select(feature => (string?)feature), result["features"]!.AsArray().Select(feature => (string?)feature));
            Assert.Equal(((int)StatusCode.Unavailable, ""), Failure(result["untrusted"]!));
        }),
        new("metadata", (result, all) =>
        {
            Assert.Equal(Feature(all["unary"]!), Feature(result));
            Assert.Equal(((int)StatusCode.Unauthenticated, "CREDENTIALS_MISSING"), Failure(result["missing"]!));
            Assert.Equal(((int)StatusCode.Unauthenticated, "API_KEY_INVALID"), Failure(result["wrong"]!));
            Assert.Equal(((int)StatusCode.Unauthenticated, "CREDENTIALS_MISSING"), Failure(result["missingOnStream"]!));
        }),
    ];

    public static IEnumerable<string> Ids(int count) => Enumerable.Range(0, count).Select(n => $"i{n}");

    private static string Feature(JsonNode result) => (string)result["feature"]!;

    private static (int Code, string? Reason) Failure(JsonNode result) => ((int)result["code"]!, (string?)result["reason"]);
}
