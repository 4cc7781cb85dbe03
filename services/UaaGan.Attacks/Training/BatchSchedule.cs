namespace UaaGan.Attacks;

/// <summary>
/// Which images a step trains on, from (seed, step) alone: each epoch goes through the images in its own random order, and an image
/// is never twice in one batch.
/// </summary>
internal sealed class BatchSchedule(ulong seed, int images, int batch)
{
    private (long Epoch, int[] Order) _current = (-1, []);

    /// <summary>Images a step.</summary>
    public int Size { get; } = Math.Min(batch, images);

    public ReadOnlySpan<int> At(long step)
    {
        var stepsAnEpoch = images / Size;
        var (epoch, position) = Math.DivRem(step, stepsAnEpoch);
        if (_current.Epoch != epoch)
            _current = (epoch, SeededRandom.For(seed, "order", epoch).Permutation(images));
        return _current.Order.AsSpan((int)position * Size, Size);
    }
}
