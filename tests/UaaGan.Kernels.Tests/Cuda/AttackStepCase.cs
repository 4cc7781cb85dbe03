namespace UaaGan.Kernels.Tests;

/// <summary>A batch for attack_step, and what a device makes of it in two steps.</summary>
internal sealed unsafe class AttackStepCase
{
    private readonly ImageSpan[] _images;
    private readonly int _channels;
    private readonly bool _momentum;
    private readonly bool _inPlace;
    private readonly float[] _image;
    private readonly float[][] _gradients;
    private readonly float _epsilon;
    private readonly float _size;
    private readonly float _decay;

    public AttackStepCase(int seed)
    {
        var random = new Random(seed);
        _channels = random.Next(2) == 0 ? 1 : 3;
        _momentum = random.Next(2) == 0;
        _inPlace = random.Next(2) == 0;
        _epsilon = random.Next(17) / 255f;
        _size = random.Next(9) / 510f;
        _decay = random.Next(2) == 0 ? 1 : (float)random.NextDouble();
        _images = new ImageSpan[random.LogUniform(1, 5)];
        long offset = 0;
        for (int i = 0; i < _images.Length; i++)
        {
            if (random.Next(3) == 0) offset += random.Next(9);
            _images[i] = new ImageSpan(offset, random.NearThresholds(1, 517, 16, 64, 128) * random.NearThresholds(1, 389, 4, 32, 64));
            offset += (long)_images[i].Pixels * _channels;
        }

        _image = [.. Enumerable.Range(0, (int)offset).Select(_ => random.Next(256) / 255f)];
        _gradients = [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, (int)offset).Select(_ => random.Next(20) == 0 ? 0 : random.Normal() * 1e-3f).ToArray())];
        foreach (float special in new[] { float.NaN, float.NegativeInfinity, -0f })
        {
            if (random.Next(4) == 0) _gradients[random.Next(2)][random.Next((int)offset)] = special;
        }
    }

    public AttackStepResult Run(IKernelDevice device)
    {
        using var image = device.AllocateWith<float>(_image);
        using var point = device.AllocateWith<float>(_image);
        using var next = device.AllocateZeros<float>(_image.Length);
        using var momentum = device.AllocateZeros<float>(_image.Length);
        using var images = device.AllocateWith<ImageSpan>(_images);
        using var notFinite = device.AllocateZeros<uint>(_images.Length);
        int stride = ((_images.Max(each => each.Pixels) * _channels) + AttackStepArguments.ElementsPerSum - 1) / AttackStepArguments.ElementsPerSum;
        using var sums = device.Allocate<float>((long)stride * _images.Length);
        for (int step = 0; step < 2; step++)
        {
            using var gradient = device.AllocateWith<float>(_gradients[step]);
            device.AttackStep.Run(new AttackStepArguments
            {
                Point = (float*)point.Address,
                Image = (float*)image.Address,
                Gradient = (float*)gradient.Address,
                Momentum = _momentum ? (float*)momentum.Address : null,
                Next = (float*)(_inPlace ? point : next).Address,
                Sums = (float*)sums.Address,
                Images = (ImageSpan*)images.Address,
                NotFinite = (uint*)notFinite.Address,
                ImageCount = _images.Length,
                Channels = _channels,
                SumsStride = stride,
                First = step == 0 ? 1 : 0,
                Epsilon = _epsilon,
                Size = _size,
                Decay = _decay,
                LargestImage = _images.Max(each => each.Pixels),
            });
            device.Synchronize();
        }

        return new AttackStepResult(device.Read<float>(_inPlace ? point : next, _image.Length), device.Read<float>(momentum, _image.Length), device.Read<uint>(notFinite, _images.Length));
    }

    /// <summary>The first step by definition, for sign steps that start at the image.</summary>
    public float[]? NaiveSign()
    {
        if (_momentum || _inPlace) return null;
        float[] next = new float[_image.Length];
        foreach (var span in _images)
        {
            for (long i = span.Offset; i < span.Offset + ((long)span.Pixels * _channels); i++)
            {
                float gradient = _gradients[1][i];
                float stepped = _image[i] + (float.IsNaN(gradient) ? 0 : Math.Sign(gradient) * _size);
                next[i] = float.IsFinite(gradient) ? Math.Clamp(Math.Min(Math.Max(stepped, _image[i] - _epsilon), _image[i] + _epsilon), 0, 1) : _image[i];
            }
        }

        return next;
    }

    public override string ToString() => $"{string.Join(' ', _images)}, {_channels} channels, momentum {_momentum}, in place {_inPlace}";
}

/// <summary>What attack_step wrote.</summary>
internal sealed record AttackStepResult(float[] Next, float[] Momentum, uint[] NotFinite)
{
    public bool SameBits(AttackStepResult other) => Bits.Same(Next, other.Next) && SameMomentum(other) && NotFinite.AsSpan().SequenceEqual(other.NotFinite);

    // Where a gradient was not finite the momentum of its image is void, and NaNs have many bits.
    private bool SameMomentum(AttackStepResult other) => Momentum.Zip(other.Momentum).All(pair => BitConverter.SingleToInt32Bits(pair.First) == BitConverter.SingleToInt32Bits(pair.Second) || (float.IsNaN(pair.First) && float.IsNaN(pair.Second)));
}
