using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using UaaGan.Failures;

namespace UaaGan.Attacks;

/// <summary>
/// The trained generators of a folder: name/generator.json, and beside it the weight file that it names by hash. The manifest is
/// renamed into place last, so that a crash leaves the old generator or the new one.
/// </summary>
public sealed class GeneratorRepository
{
    private const string ManifestName = "generator.json";
    private const int LongestName = 128;

    private readonly string _folder;

    /// <param name="folder">The folder of the generators; made when it is missing.</param>
    public GeneratorRepository(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    /// <summary>Refuses what is no name for a generator.</summary>
    /// <exception cref="FailureException">GENERATOR_NAME_INVALID.</exception>
    public static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > LongestName || !char.IsAsciiLetterOrDigit(name[0]) || !name.All(IsNameCharacter))
            throw AttackFailure.GeneratorNameInvalid(name);
    }

    /// <summary>All generators, by name (ordinal).</summary>
    /// <exception cref="FailureException">GENERATOR_DAMAGED.</exception>
    public IReadOnlyList<GeneratorRecord> List() =>
    [
        .. Directory.EnumerateFiles(_folder, ManifestName, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Select(file => Path.GetFileName(Path.GetDirectoryName(file)!))
            .Order(StringComparer.Ordinal)
            .Select(Find)
            .OfType<GeneratorRecord>(),
    ];

    /// <summary>The generator of that name, or null.</summary>
    /// <exception cref="FailureException">GENERATOR_NAME_INVALID or GENERATOR_DAMAGED.</exception>
    public GeneratorRecord? Find(string name)
    {
        CheckName(name);
        var file = Path.Combine(_folder, name, ManifestName);
        return File.Exists(file) ? Read(name, file) : null;
    }

    /// <summary>The generator of that name.</summary>
    /// <exception cref="FailureException">GENERATOR_NOT_FOUND, GENERATOR_NAME_INVALID or GENERATOR_DAMAGED.</exception>
    public GeneratorRecord Get(string name) => Find(name) ?? throw AttackFailure.GeneratorNotFound(name);

    /// <summary>The generator of that name with its weights, their hash checked.</summary>
    /// <exception cref="FailureException">As <see cref="Get"/>; GENERATOR_DAMAGED also when the hash differs.</exception>
    public TrainedGenerator Load(string name)
    {
        var record = Get(name);
        var file = Path.Combine(_folder, name, WeightsName(record.WeightsSha256));
        if (!File.Exists(file))
            throw AttackFailure.GeneratorDamaged(name, "its weight file is missing");
        var weights = File.ReadAllBytes(file);
        if (Hash(weights) != record.WeightsSha256)
            throw AttackFailure.GeneratorDamaged(name, "its weight file does not have the hash that its manifest names");
        return new TrainedGenerator(record, weights);
    }

    /// <summary>Refuses a name that a generator has already.</summary>
    /// <exception cref="FailureException">GENERATOR_EXISTS, GENERATOR_NAME_INVALID or GENERATOR_DAMAGED.</exception>
    public void CheckFree(string name)
    {
        if (Find(name) is not null)
            throw AttackFailure.GeneratorExists(name);
    }

    /// <summary>Stores a generator.</summary>
    /// <param name="generator">The generator; its record's hash must be that of its weights.</param>
    /// <param name="replace">Whether to replace a generator of that name.</param>
    /// <exception cref="FailureException">GENERATOR_EXISTS or GENERATOR_NAME_INVALID.</exception>
    public void Save(TrainedGenerator generator, bool replace)
    {
        ArgumentNullException.ThrowIfNull(generator);
        var record = generator.Record;
        if (Hash(generator.Weights.Span) != record.WeightsSha256)
            throw new ArgumentException("the record's hash is not that of the weights", nameof(generator));
        if (Find(record.Name) is not null && !replace)
            throw AttackFailure.GeneratorExists(record.Name);

        var folder = Directory.CreateDirectory(Path.Combine(_folder, record.Name)).FullName;
        AtomicFile.Write(Path.Combine(folder, WeightsName(record.WeightsSha256)), generator.Weights.Span);
        AtomicFile.Write(Path.Combine(folder, ManifestName), Encoding.UTF8.GetBytes(record.ManifestJson));
        foreach (var old in Directory.EnumerateFiles(folder, "*.safetensors"))
        {
            if (Path.GetFileName(old) != WeightsName(record.WeightsSha256))
                File.Delete(old);
        }
    }

    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    internal static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static GeneratorRecord Read(string name, string file)
    {
        try
        {
            var record = GeneratorManifest.Parse(File.ReadAllText(file));
            return record.Name == name ? record : throw AttackFailure.GeneratorDamaged(name, "its manifest names another generator");
        }
        catch (Exception exception) when (exception is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw AttackFailure.GeneratorDamaged(name, "its manifest cannot be read", exception);
        }
    }

    private static string WeightsName(string sha256) => $"generator.{sha256[..16]}.safetensors";

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-' or '.';
}
