namespace UaaGan.FeatureExtraction;

/// <summary>A call's hold on a loaded model, which goes on answering it when another version takes its place.</summary>
/// <param name="worker">The model, loaded and warm.</param>
/// <param name="use">The hold.</param>
internal sealed class ModelLease(ModelWorker worker, IDisposable use) : IDisposable
{
    /// <summary>The model.</summary>
    public ModelWorker Worker => worker;

    public void Dispose() => use.Dispose();
}
