using System.Runtime.InteropServices;
using TorchSharp;

namespace UaaGan.Networks.Tests;

/// <summary>
/// Archives that PyTorch wrote, and its own features and gradients of them (Python/whole_models.py). The script runs once for all tests
/// of the collection, with Debian's PyTorch, which must be there.
/// </summary>
public sealed class PyTorchModels : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PyTorchModels()
    {
        try
        {
            DebianPython.Run("whole_models.py", [_folder.Path, .. IsFull ? ["--full"] : Array.Empty<string>()]);
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    public static bool IsFull => Environment.GetEnvironmentVariable("UAAGAN_FULL") == "1";

    /// <summary>A file that the script wrote.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>A tensor that the script wrote.</summary>
    public torch.Tensor Read(string name, params long[] shape) =>
        torch.tensor(MemoryMarshal.Cast<byte, float>(System.IO.File.ReadAllBytes(File(name))).ToArray(), shape);

    /// <summary>An archive as a model to add: pixels go to the network as they are.</summary>
    public NewModel Model(string archive, int size) => new()
    {
        Name = "whole",
        Architecture = TorchScriptEngine.ArchitectureName,
        WeightsPath = File($"{archive}.pt"),
        Input = new InputSize(size, size),
        Resize = ResizeMode.None,
        Mean = [0, 0, 0],
        Std = [1, 1, 1],
    };

    public void Dispose() => _folder.Dispose();
}

/// <summary>The tests that share one run of the script. Some look at the memory of the whole process, so no others run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class PyTorchModelTests : ICollectionFixture<PyTorchModels>
{
    public const string Name = "PyTorch models";
}
