using System.Collections.Concurrent;
using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Kernels;

/// <summary>
/// A GPU by its driver and the PTX that comes with this assembly. Kernels run on the default stream, in order with libtorch's, on
/// tensors by their address. Once the context is lost every call fails with GPU_LOST, and <see cref="Lost"/> says why. Several threads may
/// use it at once, but for <see cref="Record"/>.
/// </summary>
public sealed unsafe class CudaDevice : IKernelDevice, IKernelLauncher
{
    // Two blocks a multiprocessor: the registers of the scan allow no more.
    private const int BlocksPerMultiprocessor = 2;

    // What the garbage collector should know of: a gallery that nobody holds any more is freed by it.
    private const long LargeBytes = 1 << 20;

    private readonly ICudaDriver _driver;
    private readonly CudaContext _context;
    private readonly CudaHandle _module;
    private readonly ConcurrentDictionary<string, nint> _functions = new();
    private readonly LaunchedKernels _kernels;
    private readonly CudaDeviceFacts _facts;
    private nint _stream;

    internal CudaDevice(ICudaDriver driver, int ordinal)
    {
        (_driver, Ordinal) = (driver, ordinal);
        int count = driver.CountDevices();
        if (ordinal >= count)
            throw Unavailable("GPU_NOT_FOUND", string.Create(CultureInfo.InvariantCulture, $"There is no GPU {ordinal}; the driver sees {count}."));
        _facts = driver.Describe(ordinal);
        string target = Ptx.TargetFor(_facts.Major, _facts.Minor)
            ?? throw Unavailable("GPU_TOO_OLD", string.Create(CultureInfo.InvariantCulture, $"{_facts.Name} has compute capability {_facts.Major}.{_facts.Minor}; kernels need 8.0."));
        Name = string.Create(CultureInfo.InvariantCulture, $"cuda:{ordinal} ({_facts.Name}, {target}, {driver.Name})");
        _context = new CudaContext(driver, ordinal);
        try
        {
            driver.Enter(_context.Value);
            _module = new CudaHandle(driver, _context, driver.LoadModule(Ptx.Read(target)), driver.UnloadModule);
        }
        catch
        {
            _context.Dispose();
            throw;
        }

        _kernels = new LaunchedKernels(this);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Its number, as the driver counts.</summary>
    public int Ordinal { get; }

    /// <summary>Why the context is lost; null while it works. Readiness depends on it.</summary>
    public CudaException? Lost { get; private set; }

    /// <inheritdoc/>
    public IKernel<PerturbArguments> PerturbForward => _kernels;

    /// <inheritdoc/>
    public IKernel<AttackStepArguments> AttackStep => _kernels;

    /// <inheritdoc/>
    public IKernel<FeaturePackArguments> FeaturePack => _kernels;

    /// <inheritdoc/>
    public IKernel<FeatureDistanceArguments> FeatureDistance => _kernels;

    /// <inheritdoc/>
    public DeviceMemory Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        var handle = Do(() => new CudaHandle(_driver, _context, _driver.Allocate(bytes), address => Free(address, bytes)));
        if (bytes >= LargeBytes) GC.AddMemoryPressure(bytes);
        return new DeviceMemory(handle.Value, bytes, _ => handle.Dispose());
    }

    /// <inheritdoc/>
    public void Upload(nint destination, ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) return;
        fixed (byte* from = source)
        {
            nint address = (nint)from;
            int bytes = source.Length;
            Do(() => _driver.Upload(destination, (void*)address, bytes, _stream));
            Synchronize();
        }
    }

    /// <inheritdoc/>
    public void Download(nint source, Span<byte> destination)
    {
        if (destination.IsEmpty) return;
        fixed (byte* to = destination)
        {
            nint address = (nint)to;
            int bytes = destination.Length;
            Do(() => _driver.Download((void*)address, source, bytes, _stream));
            Synchronize();
        }
    }

    /// <summary>Copies from one place on the GPU to another, in order with the kernels.</summary>
    public void Copy(nint destination, nint source, long bytes) => Do(() => _driver.Copy(destination, source, bytes, _stream));

    /// <inheritdoc/>
    public void Clear(nint address, long bytes) => Do(() => _driver.Clear(address, bytes, _stream));

    /// <inheritdoc/>
    public void Synchronize() => Do(() => _driver.Synchronize(_stream));

    /// <inheritdoc/>
    public IGallerySearch CreateGallery(ReadOnlySpan<float> features, int dimension) =>
        Search(new PackedFeatures(this, features, dimension, "row"));

    /// <inheritdoc/>
    public IGallerySearch CreateGallery(GalleryMatrix rows) => Search(new PackedFeatures(this, rows));

    /// <summary>Records what the action launches; uploads, downloads and waits cannot be recorded. Nothing else may use the device meanwhile.</summary>
    public CudaGraph Record(Action launches)
    {
        ArgumentNullException.ThrowIfNull(launches);
        using var stream = Do(() => new CudaHandle(_driver, _context, _driver.CreateStream(), _driver.DestroyStream));
        Do(() => _driver.BeginCapture(stream.Value));
        _stream = stream.Value;
        try
        {
            launches();
        }
        catch
        {
            // The recording is thrown away; what went wrong in it is what the caller should learn of.
            _stream = nint.Zero;
            Abandon(stream.Value);
            throw;
        }

        _stream = nint.Zero;
        return new CudaGraph(this, Do(() => new CudaHandle(_driver, _context, _driver.EndCapture(stream.Value), _driver.DestroyGraph)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _module.Dispose();
        _context.Dispose();
    }

    internal void Launch(CudaHandle graph) => Do(() => _driver.LaunchGraph(graph.Value, _stream));

    void IKernelLauncher.Launch<TArguments>(in LaunchPlan plan, in TArguments arguments)
    {
        if (plan.GridY > LaunchPlan.MaxGridY)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{plan.Kernel}: a batch has at most {LaunchPlan.MaxGridY} images."), nameof(plan));
        Enter();
        try
        {
            nint function = Function(plan.Kernel);
            fixed (TArguments* argument = &arguments) _driver.Launch(function, plan, _stream, argument);
        }
        catch (CudaException failure)
        {
            throw Failed(failure);
        }
    }

    private void Free(nint address, long bytes)
    {
        if (bytes >= LargeBytes) GC.RemoveMemoryPressure(bytes);
        _driver.Free(address);
    }

    private DeviceGallery Search(PackedFeatures rows) => new(this, _kernels, rows, BlocksPerMultiprocessor * _facts.Multiprocessors);

    private nint Function(string kernel)
    {
        if (_functions.TryGetValue(kernel, out nint function)) return function;
        function = _driver.FindFunction(_module.Value, kernel);
        _driver.AllowSharedBytes(function, LaunchPlan.MaxSharedBytes);
        return _functions[kernel] = function;
    }

    private void Abandon(nint stream)
    {
        try
        {
            _driver.DestroyGraph(_driver.EndCapture(stream));
        }
        catch (CudaException failure)
        {
            if (failure.IsFatal) Lost ??= failure;
        }
    }

    private void Enter()
    {
        if (Lost is { } lost) throw Gone(lost);
        _driver.Enter(_context.Value);
    }

    private void Do(Action call) => Do(() =>
    {
        call();
        return true;
    });

    private T Do<T>(Func<T> call)
    {
        try
        {
            Enter();
            return call();
        }
        catch (CudaException failure)
        {
            throw Failed(failure);
        }
    }

    private FailureException Failed(CudaException failure)
    {
        if (failure.IsOutOfMemory)
            return new FailureException(FailureKind.ResourceExhausted, "GPU_OUT_OF_MEMORY", $"{Name} has not enough free memory. A smaller batch needs less.", failure);
        if (!failure.IsFatal) return Unavailable("GPU_FAILED", $"{Name}: {failure.Message}", failure);
        Lost ??= failure;
        return Gone(failure);
    }

    private FailureException Gone(CudaException failure) => Unavailable("GPU_LOST", $"{Name} is lost to this process until it is started anew: {failure.Message}", failure);

    private static FailureException Unavailable(string reason, string message, Exception? inner = null) => new(FailureKind.Unavailable, reason, message, inner);
}
