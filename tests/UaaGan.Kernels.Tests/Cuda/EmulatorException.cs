namespace UaaGan.Kernels.Tests;

/// <summary>A kernel did what no kernel may.</summary>
internal sealed class EmulatorException(string message) : Exception(message);
