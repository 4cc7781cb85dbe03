using UaaGan.Hosting;
using UaaGan.RetrievalScoring;

return await ServiceHost.RunAsync(args, RetrievalScoringHost.Profile, RetrievalScoringHost.Configure);
