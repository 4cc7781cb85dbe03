using UaaGan.Failures;

namespace UaaGan.Attacks;

/// <summary>
/// The training jobs, shared by all processes that look at the same store. A running job belongs to an owner who shows a sign of life from
/// time to time; when the owner is dead, another takes the job over. All members may be called from any thread.
/// </summary>
public interface ITrainingStore : IDisposable
{
    /// <summary>A job's files are named by its id, which must be known before they are written.</summary>
    string NewId();

    /// <summary>Refuses settings whose generator's name is being trained already, or a job more than the store may hold.</summary>
    /// <exception cref="FailureException">TRAINING_EXISTS or TRAININGS_TOO_MANY.</exception>
    void CheckRoom(string generator);

    /// <summary>Accepts a job, queued. Once this returns, the job survives a crash.</summary>
    /// <param name="id">From <see cref="NewId"/>; its images are stored already.</param>
    /// <param name="settings">Every option filled in.</param>
    /// <param name="images">Number of its images.</param>
    /// <exception cref="FailureException">TRAINING_EXISTS or TRAININGS_TOO_MANY.</exception>
    TrainingJob Add(string id, TrainingSettings settings, int images);

    /// <summary>The job of that id.</summary>
    /// <exception cref="FailureException">TRAINING_NOT_FOUND.</exception>
    TrainingJob Get(string id);

    /// <summary>Jobs, newest first.</summary>
    /// <param name="before">Only jobs that are older than the one of this id; null: from the newest.</param>
    /// <param name="count">At most so many.</param>
    IReadOnlyList<TrainingJob> List(string? before, int count);

    /// <summary>The progress so far, oldest first: every step of a short training, evenly thinned for a long one.</summary>
    /// <param name="id">The job.</param>
    /// <param name="points">At most so many, at least 2; the last step is always among them.</param>
    IReadOnlyList<TrainingProgress> History(string id, int points);

    /// <summary>Ends a queued job; asks the owner of a running one to end it after its step.</summary>
    /// <exception cref="FailureException">TRAINING_NOT_FOUND or TRAINING_ENDED.</exception>
    TrainingJob Cancel(string id);

    /// <summary>Queues a cancelled or failed job again.</summary>
    /// <exception cref="FailureException">TRAINING_NOT_FOUND, TRAINING_NOT_RESUMABLE, TRAINING_EXISTS or TRAININGS_TOO_MANY.</exception>
    TrainingJob Resume(string id);

    /// <summary>Takes the oldest job that waits, or whose owner is dead; null when there is none.</summary>
    /// <param name="owner">Who takes it.</param>
    /// <param name="lease">A running job whose owner has shown no sign of life for that long counts as abandoned.</param>
    TrainingJob? Claim(TrainingOwner owner, TimeSpan lease);

    /// <summary>A sign of life for all jobs of an owner.</summary>
    void KeepAlive(TrainingOwner owner);

    /// <summary>Forgets what is known of later steps: the training goes on from this one.</summary>
    void Rewind(string id, TrainingOwner owner, TrainingProgress progress);

    /// <summary>Records a step.</summary>
    /// <returns>What the owner must do.</returns>
    TrainingOrder Report(string id, TrainingOwner owner, TrainingProgress progress);

    /// <summary>Gives a running job back to the queue.</summary>
    void Release(string id, TrainingOwner owner);

    /// <summary>Ends a running job.</summary>
    /// <param name="id">The job.</param>
    /// <param name="owner">Its owner; without effect when that is another by now.</param>
    /// <param name="state">Succeeded, Failed or Cancelled.</param>
    /// <param name="error">Why it failed.</param>
    /// <param name="result">The generator, when it succeeded.</param>
    void End(string id, TrainingOwner owner, TrainingState state, TrainingError? error = null, GeneratorRecord? result = null);

    /// <summary>Completes at the next change that is made through this object; those of other processes do not count.</summary>
    Task NextChange { get; }
}

/// <summary>What the owner of a running job must do after a step.</summary>
public enum TrainingOrder
{
    /// <summary>The next step.</summary>
    Continue,

    /// <summary>Stop: the caller has cancelled the job.</summary>
    Cancel,

    /// <summary>Leave the job alone: it belongs to another owner by now.</summary>
    Abandon,
}
