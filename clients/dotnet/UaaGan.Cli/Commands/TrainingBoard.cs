using UaaGan.Protos.Perturbation.V1;
using UaaGan.TensorBoard;

namespace UaaGan.Cli.Commands;

/// <summary>The scalars of a followed job in a file that TensorBoard reads.</summary>
internal sealed class TrainingBoard : IDisposable
{
    private readonly EventFile? _file;
    private ulong _told;

    /// <param name="folder">The run's folder; null: nothing is told.</param>
    public TrainingBoard(string? folder)
    {
        if (folder is null) return;
        try
        {
            _file = EventFile.Create(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"--tensorboard: {exception.Message}", ExitCodes.Failure, exception);
        }
    }

    /// <summary>Tells a step once, however often it is heard of.</summary>
    public void Add(TrainingProgress? progress)
    {
        if (progress is null || progress.Step <= _told || progress.Scalars.Count == 0) return;
        _told = progress.Step;
        _file?.Add((long)progress.Step, progress.Scalars.ToList());
    }

    public void Dispose() => _file?.Dispose();
}
