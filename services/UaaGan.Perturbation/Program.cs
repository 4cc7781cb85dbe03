using UaaGan.Hosting;
using UaaGan.Networks;
using UaaGan.Perturbation;

// First of all: the C library settles how many arenas its threads get once a few of them have allocated.
TorchMemory.KeepFreedPages();
return await ServiceHost.RunAsync(args, PerturbationHost.Profile, PerturbationHost.Configure);
