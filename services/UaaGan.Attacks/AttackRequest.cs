using UaaGan.Imaging;

namespace UaaGan.Attacks;

/// <summary>Which attack to make, and with what.</summary>
/// <param name="Method">The method's name, see <see cref="AttackCatalog.Methods"/>.</param>
/// <param name="Epsilon">The budget.</param>
/// <param name="Options">Options by name; those left out take their defaults.</param>
/// <param name="Seed">Seed of random starts.</param>
/// <param name="Generator">Name of the trained generator, for methods that need one.</param>
/// <param name="Rescale">Allows a generator that was trained for another epsilon: its perturbation is scaled to this one.</param>
/// <param name="Guide">The image whose feature the adversarial images are to have, for methods that need one.</param>
/// <param name="Box">The part of each image that may change, in pixels; null: all of it.</param>
public sealed record AttackRequest(
    string Method,
    Epsilon Epsilon,
    IReadOnlyDictionary<string, string> Options,
    ulong Seed = 0,
    string? Generator = null,
    bool Rescale = false,
    PixelImage? Guide = null,
    ImageBox? Box = null);
