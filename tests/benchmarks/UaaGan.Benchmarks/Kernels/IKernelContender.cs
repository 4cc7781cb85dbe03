namespace UaaGan.Benchmarks;

/// <summary>One way of doing what a kernel does.</summary>
internal interface IKernelContender
{
    /// <summary>Who.</summary>
    string Name { get; }

    /// <summary>Does it once, on what it was made with.</summary>
    void Run();
}
