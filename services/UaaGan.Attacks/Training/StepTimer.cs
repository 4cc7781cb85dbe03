namespace UaaGan.Attacks;

/// <summary>Seconds of a training without its pauses, and the number of steps that a budget in minutes allows.</summary>
internal sealed class StepTimer(TimeProvider clock, double elapsedBefore)
{
    /// <summary>Steps that are not timed: the first ones allocate and choose algorithms.</summary>
    private const int WarmUpSteps = 3;

    /// <summary>Steps after which the total is fixed.</summary>
    public const int TimedSteps = 13;

    private readonly long _start = clock.GetTimestamp();
    private double _warm;

    public double ElapsedSeconds => elapsedBefore + clock.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Call after each of the first steps: the total once it can be told, else 0.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="minutes">The budget, from the start of the training.</param>
    /// <param name="reserveSeconds">Time that is not for steps: the validations to come.</param>
    public long TotalAfter(long step, double minutes, double reserveSeconds)
    {
        if (step == WarmUpSteps)
            _warm = ElapsedSeconds;
        if (step < TimedSteps)
            return 0;
        var secondsAStep = Math.Max((ElapsedSeconds - _warm) / (TimedSteps - WarmUpSteps), 1e-6);
        var left = minutes * 60 - ElapsedSeconds - reserveSeconds;
        return TimedSteps + Math.Max(1, (long)(left / secondsAStep));
    }
}
