using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>What a generator sees of images through its target.</summary>
/// <param name="Map">The target's map of them, [N,MapChannels,h,w], without a gradient.</param>
/// <param name="MapOf">The same of other images of their shape, for a generator that looks twice.</param>
/// <param name="DistanceOf">How far the features of other images of their shape are from their own, [N], with its gradient, for a generator that sees that one.</param>
internal sealed record TargetSight(Tensor Map, Func<Tensor, Tensor> MapOf, Func<Tensor, Tensor>? DistanceOf = null);
