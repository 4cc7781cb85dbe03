using UaaGan.Hosting;
using UaaGan.Perturbation;

return await ServiceHost.RunAsync(args, PerturbationHost.Profile, PerturbationHost.Configure);
