using System.Globalization;
using TorchSharp;
using UaaGan.Failures;
using UaaGan.Imaging;
using UaaGan.Networks;

namespace UaaGan.Attacks;

/// <summary>How a <see cref="TrainingRunner"/> works.</summary>
public sealed record TrainingRunnerOptions
{
    /// <summary>Jobs that run at a time, each on a thread of its own. Default: 1.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Steps from one checkpoint to the next, at least 1. Default: 25.</summary>
    public int CheckpointSteps { get; init; } = 25;

    /// <summary>Time without a sign of life after which a running job counts as abandoned. Default: 30 s.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Threads that share the work of one job; 0: one a processor. A resumed job keeps the number it was started with. Default: 0.</summary>
    public int Threads { get; init; }

    /// <summary>Folder for TensorBoard's event files, a subfolder GENERATOR-JOB each; empty: none are written. Default: empty.</summary>
    public string TensorBoardFolder { get; init; } = "";
}

/// <summary>
/// Works off the jobs of a store on threads of its own: queued ones, and those whose process has died. A job goes on from its last checkpoint
/// and gives the same generator as one that was never interrupted.
/// </summary>
public sealed class TrainingRunner : IDisposable
{
    private readonly ITrainingStore _store;
    private readonly TrainingFiles _files;
    private readonly ModelRepository _models;
    private readonly GeneratorRepository _generators;
    private readonly TrainingRunnerOptions _options;
    private readonly Action<string, Exception> _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _ended = [];

    /// <param name="store">The jobs.</param>
    /// <param name="files">Their images and checkpoints.</param>
    /// <param name="models">The target networks.</param>
    /// <param name="generators">Takes the trained generators.</param>
    /// <param name="options">How it works.</param>
    /// <param name="log">Gets each fault that is the service's own, with the job's id.</param>
    public TrainingRunner(
        ITrainingStore store, TrainingFiles files, ModelRepository models, GeneratorRepository generators, TrainingRunnerOptions options,
        Action<string, Exception> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CheckpointSteps, 1);
        (_store, _files, _models, _generators, _options, _log) = (store, files, models, generators, options, log);
    }

    /// <summary>Starts the threads.</summary>
    public void Start()
    {
        for (var i = 0; i < _options.Parallel; i++)
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ended.Add(ended.Task);
            new Thread(() => Run(ended)) { Name = string.Create(CultureInfo.InvariantCulture, $"training {i}"), IsBackground = true }.Start();
        }
    }

    /// <summary>Asks the threads to stop after the step they are in: their jobs are checkpointed and go back to the queue.</summary>
    public void RequestStop() => _stop.Cancel();

    /// <summary>Done when all threads have ended.</summary>
    public Task Ended => Task.WhenAll(_ended);

    /// <summary>After <see cref="Ended"/>.</summary>
    public void Dispose() => _stop.Dispose();

    private void Run(TaskCompletionSource ended)
    {
        try
        {
            // The session has threads of its own for what takes long. The number of OpenMP threads belongs to the thread that sets it.
            torch.set_num_threads(1);
            while (!_stop.IsCancellationRequested)
            {
                // A new one for each job: one whose end could not be recorded shows no sign of life any more, and is taken again.
                var owner = TrainingOwner.New();
                // Before the look, so that a change meanwhile is not missed.
                var change = _store.NextChange;
                TrainingJob? job = null;
                Guard("", () => job = _store.Claim(owner, _options.Lease));
                if (job is not null)
                    Guard(job.Id, () => Run(job, owner));
                else
                    Wait(change);
            }
        }
        finally
        {
            ended.SetResult();
        }
    }

    /// <summary>Other processes signal nothing, so their abandoned jobs are looked for from time to time.</summary>
    private void Wait(Task change)
    {
        try
        {
            Task.WaitAny([change], (int)(_options.Lease / 4).TotalMilliseconds, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The stop that the caller looks at.
        }
    }

    /// <summary>A fault of the store must not end the thread; the next look tries again.</summary>
    private void Guard(string id, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            _log(id, exception);
            _stop.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(1));
        }
    }

    private void Run(TrainingJob job, TrainingOwner owner)
    {
        using var alive = new Timer(_ => Guard(job.Id, () => _store.KeepAlive(owner)), null, _options.Lease / 4, _options.Lease / 4);
        try
        {
            Train(job, owner);
        }
        catch (FailureException failure) when (failure.Kind == FailureKind.Unavailable)
        {
            // The store does not answer. The job is not at fault: without a sign of life it is taken again, from its last checkpoint.
            throw;
        }
        catch (FailureException failure)
        {
            _store.End(job.Id, owner, TrainingState.Failed, new TrainingError(failure.Kind, failure.Reason, failure.Message));
        }
        catch (Exception exception)
        {
            _log(job.Id, exception);
            _store.End(job.Id, owner, TrainingState.Failed, new TrainingError(
                null, "INTERNAL", $"The training failed in a way that it should not; the service's log has the cause under {job.Id}."));
        }
    }

    private void Train(TrainingJob job, TrainingOwner owner)
    {
        using var networks = new JobNetworks(_models, job.Settings);
        using var session = Open(job, networks);
        _store.Rewind(job.Id, owner, session.Progress);
        using var curves = new TrainingCurves(_options.TensorBoardFolder, job, session.Progress.Step + 1, fault => _log(job.Id, fault));
        while (!session.IsComplete)
        {
            if (_stop.IsCancellationRequested)
            {
                _files.WriteCheckpoint(job.Id, session.Checkpoint());
                _store.Release(job.Id, owner);
                return;
            }

            var totalWasKnown = session.Progress.TotalSteps > 0;
            session.Step();
            var progress = session.Progress;
            curves.Add(progress);
            // A total that was found by timing is kept at once: timed again after a crash, it would be another.
            if (progress.Step % _options.CheckpointSteps == 0 || totalWasKnown != progress.TotalSteps > 0)
                _files.WriteCheckpoint(job.Id, session.Checkpoint());
            switch (_store.Report(job.Id, owner, progress))
            {
                case TrainingOrder.Cancel:
                    _files.WriteCheckpoint(job.Id, session.Checkpoint());
                    _store.End(job.Id, owner, TrainingState.Cancelled);
                    return;
                case TrainingOrder.Abandon:
                    return;
            }
        }

        _files.WriteCheckpoint(job.Id, session.Checkpoint());
        var generator = session.Best();
        Save(job, generator);
        _store.End(job.Id, owner, TrainingState.Succeeded, result: generator.Record);
        _files.Delete(job.Id);
    }

    private TrainingSession Open(TrainingJob job, JobNetworks networks)
    {
        IReadOnlyList<PixelImage> images = _files.ReadImages(job.Id);
        var checkpoint = _files.ReadCheckpoint(job.Id);
        var threads = _options.Threads > 0 ? _options.Threads : Environment.ProcessorCount;
        return TrainingSession.Open(job.Settings, images, networks.Model, checkpoint, threads, ensemble: networks.Ensemble);
    }

    /// <summary>A crash after the save and before the job's end must not make it fail on its own generator.</summary>
    private void Save(TrainingJob job, TrainedGenerator generator)
    {
        if (_generators.Find(job.Settings.Generator)?.WeightsSha256 != generator.Record.WeightsSha256)
            _generators.Save(generator, job.Settings.Replace);
    }
}
