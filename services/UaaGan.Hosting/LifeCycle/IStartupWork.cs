namespace UaaGan.Hosting;

/// <summary>Work that must be done before a service is ready, such as loading a model. It is live meanwhile.</summary>
public interface IStartupWork
{
    /// <summary>Does the work.</summary>
    /// <exception cref="UaaGan.Failures.FailureException">It cannot be done: the service stops with exit code 1 and this message.</exception>
    Task RunAsync(CancellationToken cancellation);
}
