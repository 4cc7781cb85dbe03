using UaaGan.FeatureExtraction;
using UaaGan.Hosting;

return await ServiceHost.RunAsync(args, FeatureExtractionHost.Profile, FeatureExtractionHost.Configure);
