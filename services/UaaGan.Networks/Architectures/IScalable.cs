using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>A layer whose outputs can be scaled and shifted by changing its weights.</summary>
internal interface IScalable
{
    /// <summary>Multiplies each output channel and adds to it, from now on.</summary>
    /// <param name="scale">One factor an output channel, [outputs].</param>
    /// <param name="shift">What is added after it, [outputs].</param>
    void Scale(Tensor scale, Tensor shift);
}
