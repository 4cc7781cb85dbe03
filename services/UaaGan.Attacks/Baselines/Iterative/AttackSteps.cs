using UaaGan.Networks;

namespace UaaGan.Attacks;

/// <summary>The steps of iterative attacks, uphill, each with its projection on the budget. Sizes are in [0,1].</summary>
internal static class AttackSteps
{
    /// <summary>x~ + a * sign(gradient).</summary>
    public static AttackStep Sign(float size) => input => new StepResult(input.SignSteps.Sign(input.Point, input.Gradient, size));

    /// <summary>x + a * sign(gradient): from the clean image, wherever the gradient was taken.</summary>
    public static AttackStep SignFromImage(float size) => input => new StepResult(input.SignSteps.Sign(input.Images, input.Gradient, size));

    /// <summary>g = decay * g + gradient / mean|gradient| an image, x~ + a * sign(g) (Dong et al., 2018). Memory: g.</summary>
    public static AttackStep Momentum(float size, float decay) => input =>
    {
        var (point, momentum) = input.SignSteps.Momentum(input.Point, input.Gradient, input.Memory.Count == 0 ? null : input.Memory[0], size, decay);
        return new StepResult(point, momentum);
    };

    /// <summary>s = clamp(s + a * sign(gradient), -epsilon, epsilon), x + s: [0,1] bounds the image and not the sum (ODFA). Memory: s.</summary>
    public static AttackStep SignSum(float size, float epsilon) => input =>
    {
        var step = input.Gradient.sign().Times(size);
        var sum = (input.Memory.Count == 0 ? step : input.Memory[0].Plus(step)).Within(-epsilon, epsilon);
        return new StepResult(input.Budget.Project(input.Images.Plus(sum), input.Images), sum);
    };

    /// <summary>Adam (Kingma and Ba, 2015) on the pixels, with its usual decays. Memory: the two moments.</summary>
    public static AttackStep Adam(float size) => input =>
    {
        const double Beta1 = 0.9, Beta2 = 0.999, Stability = 1e-8;
        var (gradient, count) = (input.Gradient, input.Number + 1);
        var started = input.Memory.Count > 0;
        var (freshFirst, freshSecond) = (gradient.Times(1 - Beta1), gradient.Squared().Times(1 - Beta2));
        var first = started ? input.Memory[0].Times(Beta1).Plus(freshFirst) : freshFirst;
        var second = started ? input.Memory[1].Times(Beta2).Plus(freshSecond) : freshSecond;
        var direction = first.Over(1 - Math.Pow(Beta1, count)) / second.Over(1 - Math.Pow(Beta2, count)).sqrt().Plus(Stability);
        return new StepResult(input.Budget.Project(input.Point.Plus(direction.Times(size)), input.Images), first, second);
    };
}
