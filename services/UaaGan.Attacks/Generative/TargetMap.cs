using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>What a generator sees of an image beside its pixels: an inner map of the network that it was trained against.</summary>
internal static class TargetMap
{
    public const string Option = "target-map";

    private const string SecondLookOption = "second-look";

    /// <summary>The option, for methods whose generator may see it.</summary>
    public static OptionDefinition Definition { get; } = OptionDefinition.Choice(Option, "auto",
        "Whether the generator sees, beside the image, an inner map that the target makes of it, one more pass of the target for each query; auto: where there is one target and it shows one, as all but TorchScript and ONNX files do. No part of the paper.",
        "auto", "on", "off");

    /// <summary>How deep it looks a second time.</summary>
    public static OptionDefinition SecondLook { get; } = OptionDefinition.Integer(SecondLookOption, 0, 0, 32,
        "Residual blocks that correct a first perturbation by what it does to the target's map, one more pass of the target for each query; 0: none. It needs target-map, and is no part of the paper.");

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

    /// <summary>Residual blocks of a training's generator for its second look; 0: it looks once.</summary>
    /// <exception cref="UaaGan.Failures.FailureException">SECOND_LOOK_WITHOUT_MAP.</exception>
    public static int SecondBlocks(string method, OptionValues options, int mapChannels)
    {
        var blocks = method == UaaGanMethod.Name ? options.Integer(SecondLookOption) : 0;
        return blocks == 0 || mapChannels > 0 ? blocks : throw AttackFailure.SecondLookWithoutMap();
    }

    /// <summary>What this generator sees of images [N,C,H,W]; null when it sees them alone.</summary>
    public static TargetSight? For(PerturbationGenerator generator, IFeatureNetwork target, Tensor images) =>
        generator.Form.MapChannels > 0 ? Sight(target, target.Map(images)) : null;

    /// <summary>The same of images whose map is there already; null where there is none.</summary>
    public static TargetSight? Sight(IFeatureNetwork target, Tensor? map) => map is null ? null : new TargetSight(map, target.Map);
}
