namespace UaaGan.RetrievalScoring.Tests.Support;

/// <summary>How a service is told of a store that it shares.</summary>
internal static class SharedStore
{
    public static IReadOnlyDictionary<string, string> Environment(string connectionString) =>
        new Dictionary<string, string> { ["UaaGan__RetrievalScoring__PostgreSql"] = connectionString };
}
