namespace UaaGan.Kernels.Tests;

/// <summary>A batch of images for perturb_forward, and what a device makes of it.</summary>
internal sealed unsafe class PerturbCase
{
    private readonly ImageSpan[] _images;
    private readonly int _channels;
    private readonly RawBound _bound;
    private readonly float _levels;
    private readonly bool _withInput;
    private readonly float[] _raw;
    private readonly byte[] _original;

    /// <param name="seed">Of everything random.</param>
    /// <param name="sizes">Width and height of each image; null: random, ragged ones.</param>
    public PerturbCase(int seed, (int Width, int Height)[]? sizes = null)
    {
        var random = new Random(seed);
        _channels = random.Next(2) == 0 ? 1 : 3;
        _bound = random.Next(4) switch { 0 => RawBound.Clamp, 1 => RawBound.Image, _ => RawBound.Tanh };
        _levels = random.Next(3) switch { 0 => 8, 1 => random.Next(0, 3), _ => random.Next(256) };
        _withInput = random.Next(5) != 0;
        sizes ??= [.. Enumerable.Range(0, random.LogUniform(1, 6)).Select(_ => (random.NearThresholds(1, 517, 16, 32, 64), random.NearThresholds(1, 389, 4, 32, 64)))];
        _images = new ImageSpan[sizes.Length];
        long offset = 0;
        for (int i = 0; i < sizes.Length; i++)
        {
            // Images may lie apart; an offset that is no multiple of four takes the other path.
            if (random.Next(3) == 0) offset += random.Next(9);
            _images[i] = new ImageSpan(offset, sizes[i].Width * sizes[i].Height);
            offset += (long)_images[i].Pixels * _channels;
        }

        _raw = new float[offset];
        _original = new byte[offset];
        random.NextBytes(_original);
        for (int i = 0; i < _raw.Length; i++) _raw[i] = random.Normal() * 2;
        if (_bound == RawBound.Image) MakeImages();
        foreach (float special in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, 1e-40f, -12f, 9.01f })
        {
            if (random.Next(2) == 0) _raw[random.Next(_raw.Length)] = special;
        }
    }

    public PerturbResult Run(IKernelDevice device)
    {
        using var raw = device.AllocateWith<float>(_raw);
        using var original = device.AllocateWith<byte>(_original);
        using var adversarial = device.AllocateZeros<byte>(_original.Length);
        using var input = device.AllocateZeros<float>(_raw.Length);
        using var images = device.AllocateWith<ImageSpan>(_images);
        using var statistics = device.AllocateZeros<PerturbStatistics>(_images.Length);
        var arguments = new PerturbArguments
        {
            Raw = (float*)raw.Address,
            Original = (byte*)original.Address,
            Adversarial = (byte*)adversarial.Address,
            NetworkInput = _withInput ? (float*)input.Address : null,
            Images = (ImageSpan*)images.Address,
            Statistics = (PerturbStatistics*)statistics.Address,
            ImageCount = _images.Length,
            LargestImage = _images.Max(image => image.Pixels),
            Channels = _channels,
            Bound = _bound,
            Levels = _levels,
        };
        for (int channel = 0; channel < 3; channel++) (arguments.Scale[channel], arguments.Bias[channel]) = (Scale(channel), Bias(channel));
        device.PerturbForward.Run(arguments);
        device.Synchronize();
        return new PerturbResult(device.Read<byte>(adversarial, _original.Length), device.Read<float>(input, _raw.Length), device.Read<PerturbStatistics>(statistics, _images.Length));
    }

    /// <summary>By definition, in double, with how far each value was from a tie.</summary>
    public (PerturbResult Result, double[] FromTie) Naive()
    {
        var result = new PerturbResult(new byte[_original.Length], new float[_raw.Length], new PerturbStatistics[_images.Length]);
        double[] fromTie = new double[_original.Length];
        Array.Fill(fromTie, 1);
        for (int image = 0; image < _images.Length; image++)
        {
            var (offset, pixels) = (_images[image].Offset, _images[image].Pixels);
            for (int i = 0; i < pixels * _channels; i++)
            {
                var (pixel, channel) = (i / _channels, i % _channels);
                float raw = _raw[offset + ((long)channel * pixels) + pixel];
                int before = _original[offset + i];
                double moved = float.IsNaN(raw) ? 0 : _bound switch
                {
                    RawBound.Tanh => Math.Tanh(raw) * _levels,
                    RawBound.Clamp => Math.Clamp(raw, -1, 1) * _levels,
                    _ => Math.Clamp((raw * 255.0) - before, -_levels, _levels),
                };
                double level = Math.Clamp(before + moved, 0, 255);
                byte after = (byte)Math.Round(level);
                fromTie[offset + i] = Math.Abs(level - Math.Floor(level) - 0.5);
                result.Adversarial[offset + i] = after;
                if (_withInput) result.Input[offset + ((long)channel * pixels) + pixel] = MathF.FusedMultiplyAdd(after / 255f, Scale(channel), Bias(channel));
                int difference = Math.Abs(after - before);
                result.Statistics[image].Sum += (ulong)difference;
                result.Statistics[image].Squares += (ulong)(difference * difference);
                result.Statistics[image].Largest = Math.Max(result.Statistics[image].Largest, (uint)difference);
                result.Statistics[image].NotANumber += float.IsNaN(raw) ? 1u : 0;
            }
        }

        return (result, fromTie);
    }

    public float Levels => _levels;

    public override string ToString() => $"{string.Join(' ', _images)}, {_channels} channels, {_bound}, {_levels} levels, input {_withInput}";

    /// <summary>Raw values become images beside the originals: some levels away, some of them halfway between two.</summary>
    private void MakeImages()
    {
        foreach (var (offset, pixels) in _images)
        {
            for (int i = 0; i < pixels * _channels; i++)
            {
                ref float raw = ref _raw[offset + ((long)(i % _channels) * pixels) + (i / _channels)];
                float level = _original[offset + i] + (raw * _levels);
                raw = (i % 4 == 0 ? MathF.Floor(level) + 0.5f : level) / 255;
            }
        }
    }

    private static float Scale(int channel) => 1 / (0.229f - (channel * 0.004f));

    private static float Bias(int channel) => -(0.485f - (channel * 0.04f)) / (0.229f - (channel * 0.004f));
}

/// <summary>What perturb_forward wrote.</summary>
internal sealed record PerturbResult(byte[] Adversarial, float[] Input, PerturbStatistics[] Statistics)
{
    public bool SameBits(PerturbResult other) => Adversarial.AsSpan().SequenceEqual(other.Adversarial) && Bits.Same(Input, other.Input) && Statistics.AsSpan().SequenceEqual(other.Statistics);
}
