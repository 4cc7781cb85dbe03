using System.Runtime.CompilerServices;

namespace UaaGan.Kernels.ManagedCuda.Tests;

internal static class ThroughManagedCuda
{
    /// <summary>Every device that the linked tests open.</summary>
    [ModuleInitializer]
    internal static void Use() => ManagedCudaBinding.Use();
}
