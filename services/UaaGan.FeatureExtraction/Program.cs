using UaaGan.FeatureExtraction;
using UaaGan.Hosting;
using UaaGan.Networks;

// First of all: the C library settles how many arenas its threads get once a few of them have allocated.
TorchMemory.KeepFreedPages();
return args is ["models"]
    ? RepositoryProgram.Run(Console.In, Console.Out)
    : await ServiceHost.RunAsync(args, FeatureExtractionHost.Profile, FeatureExtractionHost.Configure);
