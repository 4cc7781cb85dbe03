namespace UaaGan.Attacks;

/// <summary>How the generator's output becomes a perturbation within the budget.</summary>
internal enum PerturbationBound
{
    /// <summary>epsilon * tanh(g): a gradient everywhere.</summary>
    Tanh,

    /// <summary>clamp(epsilon * g, -epsilon, epsilon): no gradient where it saturates.</summary>
    Clamp,
}

/// <summary>The shape of a generator: enough to build it again for its weights.</summary>
/// <param name="Width">Channels inside.</param>
/// <param name="Blocks">Residual blocks.</param>
/// <param name="Unshuffle">Side of the square of pixels that becomes channels: the network works at 1/side of the resolution.</param>
/// <param name="Bound">How the budget is kept.</param>
/// <param name="TextureFloor">Share of the budget left where the image is flat; 1 spends it everywhere alike.</param>
/// <param name="Masked">Whether a second output says how much of the perturbation each pixel gets.</param>
/// <param name="MapChannels">Channels of the target's map that it sees beside the image; 0: it sees the image alone.</param>
/// <param name="SecondBlocks">Residual blocks of its second look, at what its perturbation does to the map; 0: it looks once.</param>
/// <param name="SecondGradient">Whether its second look sees the target's gradient, too.</param>
/// <param name="ImageSize">Rows and columns of the images it was trained on, at which it works whatever an image's own size; null: at the image's own.</param>
internal sealed record GeneratorForm(
    int Width, int Blocks, int Unshuffle, PerturbationBound Bound, double TextureFloor, bool Masked = false, int MapChannels = 0, int SecondBlocks = 0, bool SecondGradient = false,
    (int Height, int Width)? ImageSize = null)
{
    /// <summary>The form that a training's options ask for.</summary>
    /// <param name="options">The method's options.</param>
    /// <param name="masked">Whether it has a mask.</param>
    /// <param name="sees">What it sees of its target.</param>
    /// <param name="imageSize">Rows and columns of the training images.</param>
    public static GeneratorForm From(OptionValues options, bool masked, TargetView sees, (int Height, int Width) imageSize) => new(
        options.Integer("generator-width"),
        options.Integer("generator-blocks"),
        options.Integer("unshuffle"),
        options.Choice("bound") == "tanh" ? PerturbationBound.Tanh : PerturbationBound.Clamp,
        options.Number("texture-floor"),
        masked,
        sees.MapChannels,
        sees.SecondBlocks,
        sees.SecondGradient,
        imageSize);

    /// <summary>Rows and columns of cells of an image.</summary>
    public (long Rows, long Columns) Cells(long height, long width) => (Ceiling(height), Ceiling(width));

    /// <summary>Multiply-adds of one forward pass over an image of this size, the target's own for its map not counted.</summary>
    public long MultiplyAdds(int height, int width)
    {
        var (rows, columns) = Cells(height, width);
        long edge = 3L * Unshuffle * Unshuffle * Width;
        long mask = Masked ? (long)Unshuffle * Unshuffle * Width : 0;
        long map = (long)MapChannels * Width, block = 2L * 9 * Width * Width;
        long second = SecondBlocks > 0 ? (SecondGradient ? 4 : 2) * edge + map + SecondBlocks * block : 0;
        return rows * columns * (2 * edge + mask + map + Blocks * block + second);
    }

    private long Ceiling(long side) => (side + Unshuffle - 1) / Unshuffle;
}
