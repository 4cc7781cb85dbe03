using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace UaaGan.Networks;

/// <summary>
/// What TorchSharp 0.107's ScriptModule cannot be asked for: its Dispose and its to make native handles of all submodules, and of the
/// whole model, that nothing frees, so that a model once loaded would stay.
/// </summary>
internal static partial class ScriptModules
{
    private static readonly FieldInfo Handle = typeof(torch.nn.Module).GetField("handle", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new MissingFieldException(nameof(torch.nn.Module), "handle");

    /// <summary>Converts every parameter and buffer.</summary>
    public static void Convert(torch.jit.ScriptModule module, torch.ScalarType type)
    {
        var handle = HandleOf(module);
        ConvertNative(handle.DangerousGetHandle(), (sbyte)type);
        GC.KeepAlive(handle);
    }

    /// <summary>Releases a module, which is of no use any more.</summary>
    public static void Release(torch.jit.ScriptModule module)
    {
        foreach (var (_, parameter) in module.named_parameters(recurse: false)) parameter.Dispose();
        foreach (var (_, buffer) in module.named_buffers(recurse: false)) buffer.Dispose();
        HandleOf(module).Dispose();
    }

    private static SafeHandle HandleOf(torch.jit.ScriptModule module) => (SafeHandle)Handle.GetValue(module)!;

    [LibraryImport("LibTorchSharp", EntryPoint = "THSJIT_Module_to_dtype")]
    private static partial void ConvertNative(nint module, sbyte type);
}
