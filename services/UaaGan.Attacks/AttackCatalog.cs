using UaaGan.Failures;
using UaaGan.Kernels;
using UaaGan.Networks;

namespace UaaGan.Attacks;

/// <summary>All methods, and the one place that makes attacks from a request.</summary>
public static class AttackCatalog
{
    /// <summary>The control method's name.</summary>
    public const string RandomSign = "random-sign";

    /// <summary>Name of projected gradient ascent.</summary>
    public const string ProjectedGradient = "pgd";

    /// <summary>Name of the learned method.</summary>
    public const string UaaGan = UaaGanMethod.Name;

    private static readonly AttackMethod[] All =
    [
        .. IterativeMethods.All.Select(iterative => iterative.Method),
        new(
            RandomSign,
            "Every value moves by +epsilon or -epsilon at random: the control that tells noise from attack.",
            "",
            NeedsGenerator: false,
            [],
            []),
        DecisionMethod.Method,
        UaaGanMethod.Method,
        SsaeMethod.Method,
        MisRankingMethod.Method,
        UniversalMethod.Method,
    ];

    /// <summary>All methods, by name.</summary>
    public static IReadOnlyList<AttackMethod> Methods => All;

    /// <summary>The method of that name.</summary>
    /// <exception cref="FailureException">METHOD_NOT_FOUND.</exception>
    public static AttackMethod Get(string method) =>
        Array.Find(All, known => known.Name == method) ?? throw AttackFailure.MethodUnknown(method, All.Select(known => known.Name));

    /// <summary>Every option of an attack with the value it would run with.</summary>
    /// <exception cref="FailureException">METHOD_NOT_FOUND, OPTION_UNKNOWN or OPTION_INVALID.</exception>
    public static OptionValues ResolveAttack(string method, IReadOnlyDictionary<string, string> options) =>
        OptionValues.Resolve(method, Get(method).AttackOptions, options);

    /// <summary>Every option of a training with the value it would run with.</summary>
    /// <exception cref="FailureException">METHOD_NOT_FOUND, METHOD_NOT_TRAINABLE, OPTION_UNKNOWN or OPTION_INVALID.</exception>
    public static OptionValues ResolveTraining(string method, IReadOnlyDictionary<string, string> options) => Get(method).IsTrainable
        ? method == UaaGanMethod.Name ? UaaGanMethod.Resolve(options) : OptionValues.Resolve(method, Get(method).TrainingOptions, options)
        : throw AttackFailure.MethodNotTrainable(method, All.Where(known => known.IsTrainable).Select(known => known.Name));

    /// <summary>Refuses a guide image that the method has no use for, and the lack of one that it needs.</summary>
    /// <exception cref="FailureException">GUIDE_REQUIRED or GUIDE_UNEXPECTED.</exception>
    public static void CheckGuide(AttackMethod method, bool given)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (method.NeedsGuide && !given)
            throw AttackFailure.GuideRequired(method.Name);
        if (given && !method.NeedsGuide)
            throw AttackFailure.GuideUnexpected(method.Name, All.Where(known => known.NeedsGuide).Select(known => known.Name));
    }

    /// <summary>Makes an attack on a network.</summary>
    /// <param name="request">The attack and its budget.</param>
    /// <param name="target">The network; it stays the caller's.</param>
    /// <param name="generator">The generator that the request names, see <see cref="GeneratorRepository.Load"/>; null when it names none.</param>
    /// <param name="ensemble">Further networks; the attack is made on the mean of the losses of all, or a generator was trained on them. They stay the caller's. Null: none.</param>
    /// <param name="kernels">Where steps are computed: the device in whose memory the images lie. Null: the CPU.</param>
    /// <exception cref="FailureException">
    /// METHOD_NOT_FOUND, OPTION_UNKNOWN, OPTION_INVALID, GENERATOR_REQUIRED, GENERATOR_UNEXPECTED, GUIDE_REQUIRED, GUIDE_UNEXPECTED, BOX_EMPTY, ENSEMBLE_UNEXPECTED; GENERATOR_METHOD, GENERATOR_MODEL or
    /// GENERATOR_EPSILON when the generator was trained for something else; GENERATOR_DAMAGED; MODEL_IS_BLACK_BOX when the attack needs gradients
    /// that the target does not have.
    /// </exception>
    public static IAttack Create(
        AttackRequest request, TargetNetwork target, TrainedGenerator? generator = null, IReadOnlyList<TargetNetwork>? ensemble = null, IKernelDevice? kernels = null) =>
        Create(request, new TargetFeatures(target), generator, [.. (ensemble ?? []).Select(network => new TargetFeatures(network))], kernels);

    /// <summary>Refuses further networks for a method that is made on one alone. Noise is made on none, whatever is given; a generator is made on those that it was trained on.</summary>
    /// <exception cref="FailureException">ENSEMBLE_UNEXPECTED.</exception>
    public static void CheckEnsemble(AttackMethod method, bool given)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (given && method.Name != RandomSign && !method.NeedsGenerator && !IterativeMethods.All.Any(iterative => iterative.Method == method))
            throw AttackFailure.EnsembleUnexpected(method.Name, IterativeMethods.All.Select(iterative => iterative.Method.Name));
    }

    /// <summary>As the other, on networks that are not of the repository.</summary>
    /// <param name="request">The attack and its budget.</param>
    /// <param name="target">The network; it stays the caller's.</param>
    /// <param name="generator">The generator that the request names; null when it names none.</param>
    /// <param name="ensemble">Further networks; null: none.</param>
    /// <param name="kernels">As the other.</param>
    /// <exception cref="FailureException">As the other.</exception>
    public static IAttack Create(
        AttackRequest request, IFeatureNetwork target, TrainedGenerator? generator, IReadOnlyList<IFeatureNetwork>? ensemble = null, IKernelDevice? kernels = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(target);
        var method = Get(request.Method);
        var options = OptionValues.Resolve(request.Method, method.AttackOptions, request.Options);
        CheckGuide(method, request.Guide is not null);
        CheckEnsemble(method, ensemble is { Count: > 0 });
        request.Box?.RequirePixels();
        var budget = new Budget(request.Epsilon, request.Box);
        if (!method.NeedsGenerator)
        {
            if ((request.Generator ?? generator?.Record.Name) is { Length: > 0 } unexpected)
                throw AttackFailure.GeneratorUnexpected(request.Method, unexpected);
            if (request.Method == RandomSign)
                return new RandomSignAttack(budget, request.Seed, options);
            if (request.Method == DecisionMethod.Name)
                return new DecisionAttack(target, budget, options);
            return Iterative(request, budget, [target, .. ensemble ?? []], options, kernels ?? new CpuDevice());
        }

        if (generator is null)
            throw AttackFailure.GeneratorRequired(request.Method);
        CheckFits(request, [target, .. ensemble ?? []], generator.Record);
        var trained = generator.Record.Epsilon;
        return request.Method == UniversalMethod.Name
            ? new UniversalAttack(UniversalPerturbation.Read(generator), trained, budget, options)
            : Generated(request.Method, [target, .. ensemble ?? []], generator, budget, options);
    }

    private static IterativeAttack Iterative(AttackRequest request, Budget budget, IReadOnlyList<IFeatureNetwork> targets, OptionValues options, IKernelDevice kernels)
    {
        var method = IterativeMethods.All.Single(iterative => iterative.Method.Name == request.Method);
        if (method.Method.NeedsGradient && targets.FirstOrDefault(target => !target.SupportsGradient) is { } blackBox)
            throw AttackFailure.BlackBox(blackBox.Identity.Name);
        var recipe = method.Recipe(options, request.Epsilon);
        if (targets.Count == 1)
            return new IterativeAttack(request.Method, targets[0], recipe, budget, request.Seed, options, kernels, request.Guide);
        var ensemble = new NetworkEnsemble(targets);
        recipe = recipe with { Loss = ensemble.Mean(recipe.Loss), Goal = recipe.Goal is { } goal ? ensemble.OnAll(goal) : null };
        return new IterativeAttack(request.Method, ensemble, recipe, budget, request.Seed, options, kernels, request.Guide);
    }

    private static GeneratorAttack Generated(string method, IReadOnlyList<IFeatureNetwork> networks, TrainedGenerator generator, Budget budget, OptionValues options)
    {
        var module = GeneratorWeights.Read(generator, networks[0].Device);
        // A map that the generator sees is that of its model, wherever in the row it is given.
        var model = networks.FirstOrDefault(network => network.Identity.WeightsSha256 == generator.Record.Model.WeightsSha256);
        if (module.Form.MapChannels > 0 && model is not { MapChannels: > 0 })
        {
            module.Dispose();
            throw model is null ? AttackFailure.GeneratorMap(generator.Record) : AttackFailure.GeneratorMapHidden(generator.Record);
        }

        return new GeneratorAttack(method, module, model ?? networks[0], generator.Record.Epsilon, budget, options);
    }

    private static void CheckFits(AttackRequest request, IReadOnlyList<IFeatureNetwork> networks, GeneratorRecord generator)
    {
        if (generator.Method != request.Method)
            throw AttackFailure.GeneratorMethod(generator, request.Method);
        if (networks.FirstOrDefault(network => !generator.WasTrainedOn(network.Identity)) is { } stranger)
            throw AttackFailure.GeneratorModel(generator, stranger.Identity);
        if (generator.Epsilon != request.Epsilon && !request.Rescale)
            throw AttackFailure.GeneratorEpsilon(generator, request.Epsilon.ToString());
    }
}
