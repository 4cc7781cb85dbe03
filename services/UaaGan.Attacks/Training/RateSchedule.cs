namespace UaaGan.Attacks;

/// <summary>
/// The generator's learning rate as a share of its option: a linear rise, then a cosine fall to 5 % at the last step. The fall begins
/// after the steps that a budget in minutes is timed on, so that the same total gives the same run however it was found.
/// </summary>
internal static class RateSchedule
{
    private const int RiseSteps = 20;
    private const double Least = 0.05;

    public static double At(long step, long totalSteps)
    {
        var rise = Math.Min(1.0, (step + 1.0) / RiseSteps);
        var done = totalSteps > StepTimer.TimedSteps && step > StepTimer.TimedSteps
            ? Math.Min(1.0, (double)(step - StepTimer.TimedSteps) / (totalSteps - StepTimer.TimedSteps))
            : 0;
        return rise * (Least + (1 - Least) * (1 + Math.Cos(Math.PI * done)) / 2);
    }
}
