using System.Text.Json;
using TorchSharp;

namespace UaaGan.Networks.Tests;

/// <summary>
/// What PyTorch itself gives (Python/reference.py): weights, images, features and gradients of the architectures. The script runs once
/// for all tests of the collection, with Debian's PyTorch, which must be there.
/// </summary>
public sealed class PyTorchReference : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SafetensorsReader _expected;

    public PyTorchReference()
    {
        try
        {
            DebianPython.Run("reference.py", [_folder.Path]);
            _expected = SafetensorsReader.Open(File("expected.safetensors"));
            Keys = JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, long[]>>>(System.IO.File.ReadAllText(File("keys.json")))!;
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    /// <summary>Shapes by key, by architecture.</summary>
    public IReadOnlyDictionary<string, Dictionary<string, long[]>> Keys { get; }

    /// <summary>A file that the script wrote.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>A recorded tensor, such as resnet18/feature.</summary>
    public torch.Tensor Read(string name) => _expected.Read(name);

    /// <summary>The largest relative error of a row: |actual - expected| / |expected|, Euclidean.</summary>
    public static double RelativeError(torch.Tensor expected, torch.Tensor actual)
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        var (wide, difference) = (expected.to(torch.ScalarType.Float64).flatten(1), (actual - expected).to(torch.ScalarType.Float64).flatten(1));
        return (difference.norm(1) / wide.norm(1)).max().item<double>();
    }

    public void Dispose()
    {
        _expected.Dispose();
        _folder.Dispose();
    }
}

/// <summary>The tests that share one run of the script.</summary>
[CollectionDefinition(Name)]
public sealed class PyTorchTests : ICollectionFixture<PyTorchReference>
{
    public const string Name = "PyTorch";
}
