using UaaGan.Hosting;
using UaaGan.Networks;
using UaaGan.Perturbation;

// First of all: the C library settles how many arenas its threads get once a few of them have allocated.
TorchMemory.KeepFreedPages();
return args is ["lpips"]
    ? PerceptualProgram.Run(Console.In, Console.Out)
    : await ServiceHost.RunAsync(args, PerturbationHost.Profile, PerturbationHost.Configure);
