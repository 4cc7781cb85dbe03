using UaaGan.Kernels;

namespace UaaGan.Benchmarks;

/// <summary>perturb_forward on a device.</summary>
internal sealed unsafe class UaaGanPerturb : IKernelContender, IDisposable
{
    private readonly IKernelDevice _device;
    private readonly PerturbBatch _batch;
    private readonly List<DeviceMemory> _memory = [];
    private readonly DeviceMemory _statistics;
    private readonly DeviceMemory _adversarial;
    private readonly DeviceMemory _input;
    private readonly PerturbArguments _arguments;

    public UaaGanPerturb(IKernelDevice device, PerturbBatch batch)
    {
        (_device, _batch) = (device, batch);
        int pixels = batch.Width * batch.Height;
        var spans = Enumerable.Range(0, batch.Images).Select(image => new ImageSpan((long)image * pixels * PerturbBatch.Channels, pixels)).ToArray();
        _adversarial = Keep(device.AllocateZeros<byte>(batch.Original.Length));
        _input = Keep(device.AllocateZeros<float>(batch.Raw.Length));
        _statistics = Keep(device.AllocateZeros<PerturbStatistics>(batch.Images));
        _arguments = new PerturbArguments
        {
            Raw = (float*)Keep(device.AllocateWith<float>(batch.Raw)).Address,
            Original = (byte*)Keep(device.AllocateWith<byte>(batch.Original)).Address,
            Adversarial = (byte*)_adversarial.Address,
            NetworkInput = (float*)_input.Address,
            Images = (ImageSpan*)Keep(device.AllocateWith<ImageSpan>(spans)).Address,
            Statistics = (PerturbStatistics*)_statistics.Address,
            ImageCount = batch.Images,
            LargestImage = pixels,
            Channels = PerturbBatch.Channels,
            Levels = PerturbBatch.Levels,
        };
        for (int channel = 0; channel < PerturbBatch.Channels; channel++)
        {
            _arguments.Scale[channel] = 1 / PerturbBatch.Deviation[channel];
            _arguments.Bias[channel] = -PerturbBatch.Mean[channel] / PerturbBatch.Deviation[channel];
        }
    }

    public string Name => $"UaaGan {_device.Name}";

    public void Run()
    {
        _device.Clear(_statistics.Address, _statistics.Bytes);
        _device.PerturbForward.Run(_arguments);
        _device.Synchronize();
    }

    /// <summary>What the last run left.</summary>
    public (byte[] Adversarial, float[] Input, PerturbStatistics[] Statistics) Results() =>
        (_device.Read<byte>(_adversarial, _batch.Original.Length), _device.Read<float>(_input, _batch.Raw.Length), _device.Read<PerturbStatistics>(_statistics, _batch.Images));

    public void Dispose() => _memory.ForEach(memory => memory.Dispose());

    private DeviceMemory Keep(DeviceMemory memory)
    {
        _memory.Add(memory);
        return memory;
    }
}
