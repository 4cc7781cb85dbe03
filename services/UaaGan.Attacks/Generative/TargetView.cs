using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>What a generator is to see, beside an image's pixels, of the network that it is trained against.</summary>
/// <param name="MapChannels">Channels of the target's inner map; 0: it sees the image alone.</param>
/// <param name="SecondBlocks">Residual blocks of its second look, at what its perturbation does to the map; 0: it looks once.</param>
/// <param name="SecondGradient">Whether its second look sees the target's gradient, too.</param>
internal sealed record TargetView(int MapChannels, int SecondBlocks = 0, bool SecondGradient = false)
{
    public const string SecondLookOption = "second-look", GradientOption = "second-look-gradient";

    private const string MapOption = "target-map";

    /// <summary>The options, for methods whose generator may see its target.</summary>
    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        OptionDefinition.Choice(MapOption, "auto",
            "Whether the generator sees, beside the image, an inner map that the target makes of it, one more pass of the target for each query; auto: where there is one target and it shows one, as all but TorchScript and ONNX files do. No part of the paper.",
            "auto", "on", "off"),
        OptionDefinition.Integer(SecondLookOption, 0, 0, 32,
            "Residual blocks that correct a first perturbation by what it does to the target's map, one more pass of the target for each query; 0: none. It needs target-map, and is no part of the paper."),
        OptionDefinition.Flag(GradientOption, false,
            "Whether they also see the target's gradient at the first perturbation, one backward pass of the target for each query: no longer a forward pass alone, and far stronger. Sets the defaults of second-look to 3 and of lambda-swap to 0; an option given beside it wins. No part of the paper."),
    ];

    /// <summary>What a training's generator is to see.</summary>
    /// <exception cref="UaaGan.Failures.FailureException">TARGET_WITHOUT_MAP, SECOND_LOOK_WITHOUT_MAP or GRADIENT_WITHOUT_SECOND_LOOK.</exception>
    public static TargetView From(string method, OptionValues options, IFeatureNetwork target)
    {
        if (method != UaaGanMethod.Name)
            return new TargetView(0);
        var view = new TargetView(Channels(options.Choice(MapOption), target), options.Integer(SecondLookOption), options.Flag(GradientOption));
        if (view is { SecondBlocks: > 0, MapChannels: 0 })
            throw AttackFailure.SecondLookWithoutMap();
        return view is { SecondGradient: true, SecondBlocks: 0 } ? throw AttackFailure.GradientWithoutSecondLook() : view;
    }

    /// <summary>What this generator sees of images [N,C,H,W]; null when it sees them alone.</summary>
    public static TargetSight? Of(PerturbationGenerator generator, IFeatureNetwork target, Tensor images)
    {
        if (generator.Form.MapChannels == 0)
            return null;
        if (!generator.Form.SecondGradient)
            return Of(target, target.Map(images), clean: null);
        var (clean, map) = target.FeaturesAndMap(images);
        return Of(target, map, clean);
    }

    /// <summary>The same of images whose map and features are there already; null where there is no map.</summary>
    /// <param name="target">The target.</param>
    /// <param name="map">Its map of the images.</param>
    /// <param name="clean">Their features [N,D], for a generator that sees gradients.</param>
    public static TargetSight? Of(IFeatureNetwork target, Tensor? map, Tensor? clean)
    {
        if (map is null)
            return null;
        var networks = NetworkEnsemble.Of(target);
        return new TargetSight(map, target.Map, clean is null ? null : others => networks.Mean(FeatureDistance.Euclidean)(networks.Features(others), clean));
    }

    private static int Channels(string option, IFeatureNetwork target)
    {
        if (option == "off")
            return 0;
        var isAsked = option == "on";
        if (isAsked && target.MapChannels == 0)
            throw AttackFailure.TargetWithoutMap(target.Identity);
        // What several networks taught is to serve against one of them alone, too, and against others.
        return isAsked || target is not NetworkEnsemble { Networks.Count: > 1 } ? target.MapChannels : 0;
    }
}
