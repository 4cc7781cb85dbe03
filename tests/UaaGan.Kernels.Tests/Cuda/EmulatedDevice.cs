using System.Runtime.InteropServices;

namespace UaaGan.Kernels.Tests;

/// <summary>
/// A GPU that is the emulator: the same .cu files as host code. Memory is poisoned at first and has guards on both sides, which are
/// looked at when it is freed.
/// </summary>
internal sealed unsafe class EmulatedDevice : IKernelDevice, IKernelLauncher
{
    private const int GuardBytes = 128;
    private const byte GuardByte = 0xA5;
    private const byte PoisonByte = 0xFF;

    private static readonly string[] Flags =
        ["-x", "c++", "-DUAAGAN_EMULATE", "-std=c++20", "-O2", "-march=native", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared"];

    private readonly nint _library;
    private readonly LaunchedKernels _kernels;
    private readonly ulong _seed;
    private readonly int _blocks;
    private int _launches;
    private int _live;

    /// <param name="seed">Of the order in which threads and blocks run.</param>
    /// <param name="fault">A fault built into the kernels.</param>
    /// <param name="blocks">Blocks that a search is shared out to.</param>
    public EmulatedDevice(ulong seed, Fault fault = Fault.None, int blocks = 3)
    {
        (_seed, _blocks) = (seed, blocks);
        _library = NativeLibrary.Load(Library(fault));
        _kernels = new LaunchedKernels(this);
    }

    public string Name => "emulator";

    public IKernel<PerturbArguments> PerturbForward => _kernels;

    public IKernel<AttackStepArguments> AttackStep => _kernels;

    public IKernel<FeaturePackArguments> FeaturePack => _kernels;

    public IKernel<FeatureDistanceArguments> FeatureDistance => _kernels;

    public LaunchedKernels Kernels => _kernels;

    /// <summary>A number that the library exports as a function without arguments.</summary>
    public uint Constant(string function) => ((delegate* unmanaged<uint>)NativeLibrary.GetExport(_library, function))();

    /// <summary>A function of the library from float to float.</summary>
    public float Evaluate(string function, float x) => ((delegate* unmanaged<float, float>)NativeLibrary.GetExport(_library, function))(x);

    public void Launch<TArguments>(in LaunchPlan plan, in TArguments arguments)
        where TArguments : unmanaged
    {
        Assert.InRange(plan.GridX, 1, int.MaxValue);
        Assert.InRange(plan.GridY, 1, LaunchPlan.MaxGridY);
        Assert.InRange(plan.SharedBytes, 0, LaunchPlan.MaxSharedBytes);
        var launch = new NativeLaunch
        {
            GridX = (uint)plan.GridX,
            GridY = (uint)plan.GridY,
            Threads = LaunchPlan.Threads,
            SharedBytes = (uint)plan.SharedBytes,
            Seed = (_seed << 20) + (ulong)_launches++,
        };
        var copy = arguments;
        var function = (delegate* unmanaged<void*, NativeLaunch*, byte*>)NativeLibrary.GetExport(_library, $"emulate_{plan.Kernel}");
        string? wrong = Marshal.PtrToStringUTF8((nint)function(&copy, &launch));
        if (wrong is not null) throw new EmulatorException($"{plan.Kernel}: {wrong}");
    }

    public DeviceMemory Allocate(long bytes)
    {
        byte* block = (byte*)NativeMemory.AlignedAlloc((nuint)(bytes + (2 * GuardBytes)), 64);
        NativeMemory.Fill(block, (nuint)(bytes + (2 * GuardBytes)), GuardByte);
        NativeMemory.Fill(block + GuardBytes, (nuint)bytes, PoisonByte);
        _live++;
        return new DeviceMemory((nint)block + GuardBytes, bytes, address => Free((byte*)address - GuardBytes, bytes));
    }

    public void Upload(nint destination, ReadOnlySpan<byte> source) => source.CopyTo(new Span<byte>((void*)destination, source.Length));

    public void Download(nint source, Span<byte> destination) => new ReadOnlySpan<byte>((void*)source, destination.Length).CopyTo(destination);

    public void Clear(nint address, long bytes) => NativeMemory.Clear((void*)address, (nuint)bytes);

    public void Synchronize()
    {
        // A launch returns when its grid is done.
    }

    public IGallerySearch CreateGallery(ReadOnlySpan<float> features, int dimension) => CreateGallery(features, dimension, _blocks);

    public IGallerySearch CreateGallery(GalleryMatrix rows) => new DeviceGallery(this, _kernels, new PackedFeatures(this, rows), _blocks);

    /// <summary>A gallery whose reservoirs and batches are as small as a test wants them.</summary>
    public DeviceGallery CreateGallery(ReadOnlySpan<float> features, int dimension, int blocks, long candidateBytes = 256 << 20, int firstCapacity = 1024) =>
        new(this, _kernels, new PackedFeatures(this, features, dimension, "row"), blocks, candidateBytes, firstCapacity);

    /// <summary>All memory must have been freed.</summary>
    public void Dispose()
    {
        NativeLibrary.Free(_library);
        if (_live != 0) throw new EmulatorException($"{_live} pieces of memory were not freed");
    }

    private void Free(byte* block, long bytes)
    {
        bool whole = !new ReadOnlySpan<byte>(block, GuardBytes).ContainsAnyExcept(GuardByte) &&
            !new ReadOnlySpan<byte>(block + GuardBytes + bytes, GuardBytes).ContainsAnyExcept(GuardByte);
        NativeMemory.AlignedFree(block);
        _live--;
        if (!whole) throw new EmulatorException("a kernel wrote outside its memory");
    }

    private static string Library(Fault fault) => Clang.Make(
        $"emulator{(int)fault}.so",
        [Repository.Cuda, Repository.Emulator],
        [.. Flags, $"-DUAAGAN_FAULT={(int)fault}", .. new[] { "exports.cpp", "machine.cpp", "fibers.cpp" }.Select(file => Path.Combine(Repository.Emulator, file))]);

    private struct NativeLaunch
    {
        public uint GridX, GridY, Threads, SharedBytes;
        public ulong Seed;
    }
}
