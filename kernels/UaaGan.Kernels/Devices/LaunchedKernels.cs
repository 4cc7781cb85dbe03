namespace UaaGan.Kernels;

/// <summary>Every kernel of kernels/cuda behind its interface, for whatever launches them.</summary>
internal sealed unsafe class LaunchedKernels(IKernelLauncher launcher) :
    IKernel<PerturbArguments>, IKernel<AttackStepArguments>, IKernel<FeaturePackArguments>, IKernel<FeatureDistanceArguments>,
    IKernel<ScanArguments>, IKernel<RerankArguments>
{
    public void Run(in PerturbArguments arguments)
    {
        if (arguments.ImageCount > 0) launcher.Launch(LaunchPlan.Of(arguments), arguments);
    }

    public void Run(in AttackStepArguments arguments)
    {
        if (arguments.ImageCount == 0) return;
        if (arguments.Momentum != null) launcher.Launch(LaunchPlan.OfSums(arguments), arguments);
        launcher.Launch(LaunchPlan.Of(arguments), arguments);
    }

    public void Run(in FeaturePackArguments arguments)
    {
        if (arguments.Count > 0) launcher.Launch(LaunchPlan.Of(arguments), arguments);
    }

    public void Run(in FeatureDistanceArguments arguments)
    {
        if (arguments.Count > 0) launcher.Launch(LaunchPlan.Of(arguments), arguments);
    }

    public void Run(in ScanArguments arguments)
    {
        if (arguments.QueryCount > 0) launcher.Launch(LaunchPlan.Of(arguments), arguments);
    }

    public void Run(in RerankArguments arguments)
    {
        if (arguments.QueryCount > 0) launcher.Launch(LaunchPlan.Of(arguments), arguments);
    }
}
