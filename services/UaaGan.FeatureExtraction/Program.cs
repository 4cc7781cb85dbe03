using UaaGan.FeatureExtraction;
using UaaGan.Hosting;

return args is ["models"]
    ? RepositoryProgram.Run(Console.In, Console.Out)
    : await ServiceHost.RunAsync(args, FeatureExtractionHost.Profile, FeatureExtractionHost.Configure);
