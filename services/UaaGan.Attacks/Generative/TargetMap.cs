using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>What a generator sees of an image beside its pixels: an inner map of the network that it was trained against.</summary>
internal static class TargetMap
{
    public const string Option = "target-map";

    /// <summary>The option, for methods whose generator may see it.</summary>
    public static OptionDefinition Definition { get; } = OptionDefinition.Choice(Option, "auto",
        "Whether the generator sees, beside the image, an inner map that the target makes of it, one more pass of the target for each query; auto: where there is one target and it shows one, as all but TorchScript and ONNX files do. No part of the paper.",
        "auto", "on", "off");

    /// <summary>Channels of the map that a training's generator is to see; 0: none.</summary>
    /// <exception cref="UaaGan.Failures.FailureException">TARGET_WITHOUT_MAP.</exception>
    public static int Channels(string method, OptionValues options, IFeatureNetwork target)
    {
        if (method != UaaGanMethod.Name || options.Choice(Option) == "off")
            return 0;
        var isAsked = options.Choice(Option) == "on";
        if (isAsked && target.MapChannels == 0)
            throw AttackFailure.TargetWithoutMap(target.Identity);
        // What several networks taught is to serve against one of them alone, too, and against others.
        return isAsked || target is not NetworkEnsemble { Networks.Count: > 1 } ? target.MapChannels : 0;
    }

    /// <summary>The map of images [N,C,H,W] for this generator; null when it sees none.</summary>
    public static Tensor? For(PerturbationGenerator generator, IFeatureNetwork target, Tensor images) =>
        generator.Form.MapChannels > 0 ? target.FeaturesAndMap(images).Map : null;
}
