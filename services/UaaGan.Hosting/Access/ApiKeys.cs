using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>The API keys. The file has their hashes alone; keys are long and random, so that a hash without salt gives nothing away.</summary>
internal sealed class ApiKeys
{
    private readonly WatchedFile<IReadOnlyList<Entry>> _entries;

    /// <exception cref="FailureException">BAD_OPTION: the file cannot be used.</exception>
    public ApiKeys(IOptions<ServiceOptions> options, TimeProvider time, ILogger<ApiKeys> logger)
    {
        string file = options.Value.Access.ApiKeys!;
        _entries = new WatchedFile<IReadOnlyList<Entry>>([file], () => Read(file), time, logger);
    }

    /// <summary>Whose key it is; null: nobody's.</summary>
    public Caller? Find(string key)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        Caller? found = null;
        // All of them, each in constant time: how long it takes tells nothing of what is in the file.
        foreach (var entry in _entries.Current)
        {
            if (CryptographicOperations.FixedTimeEquals(entry.Hash, hash)) found = entry.Caller;
        }

        return found;
    }

    private static IReadOnlyList<Entry> Read(string file)
    {
        try
        {
            return [.. File.ReadAllLines(file).Index().Where(line => line.Item.Trim() is { Length: > 0 } text && text[0] != '#').Select(line => Parse(line.Item, line.Index + 1))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Fault($"Access:ApiKeys cannot be read: {exception.Message}", exception);
        }
    }

    // The line itself stays out of the message: somebody may have written the key there.
    private static Entry Parse(string line, int number)
    {
        string[] parts = line.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts is [("user" or "administrator") and var role, { Length: 2 * SHA256.HashSizeInBytes } hash, var name] && hash.All(char.IsAsciiHexDigit))
            return new Entry(Convert.FromHexString(hash), new Caller(name, role == "administrator"));
        throw Fault($"line {number} of Access:ApiKeys is not ROLE SHA256 NAME, with ROLE user or administrator and 64 hexadecimal digits.", null);
    }

    private static FailureException Fault(string message, Exception? cause) => new(FailureKind.InvalidArgument, "BAD_OPTION", $"invalid option: {message}", cause);

    private sealed record Entry(byte[] Hash, Caller Caller);
}
