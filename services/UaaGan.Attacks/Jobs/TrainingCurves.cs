using UaaGan.TensorBoard;

namespace UaaGan.Attacks;

/// <summary>
/// Tells the scalars of a job in files that TensorBoard reads, a run for each job. A disk that takes no more is reported once and ends the telling, not
/// the training.
/// </summary>
internal sealed class TrainingCurves : IDisposable
{
    private readonly Action<Exception> _log;
    private EventFile? _file;

    /// <param name="folder">Where the runs are; empty: nothing is told.</param>
    /// <param name="job">The job.</param>
    /// <param name="nextStep">The first step that will be told, from 1.</param>
    /// <param name="log">Gets a fault of the disk.</param>
    public TrainingCurves(string folder, TrainingJob job, long nextStep, Action<Exception> log)
    {
        _log = log;
        if (folder.Length > 0)
            Guard(() => _file = EventFile.Create(Path.Combine(folder, $"{job.Settings.Generator}-{job.Id}"), nextStep > 1 ? nextStep : 0));
    }

    public void Add(TrainingProgress progress) => Guard(() => _file?.Add(progress.Step, progress.Scalars));

    public void Dispose() => _file?.Dispose();

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _file = null;
            _log(exception);
        }
    }
}
