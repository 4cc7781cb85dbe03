using UaaGan.Networks;

namespace UaaGan.Attacks;

/// <summary>The steps of iterative attacks, uphill. Sizes are in [0,1].</summary>
internal static class AttackSteps
{
    /// <summary>Keeps a mean of nothing but zeros from dividing by zero; no gradient that says anything is as small.</summary>
    private const double Smallest = 1e-30;

    /// <summary>x~ + a * sign(gradient).</summary>
    public static AttackStep Sign(float size) => input => new StepResult(input.Point.Plus(input.Gradient.sign().Times(size)));

    /// <summary>x + a * sign(gradient): from the clean image, wherever the gradient was taken.</summary>
    public static AttackStep SignFromImage(float size) => input => new StepResult(input.Images.Plus(input.Gradient.sign().Times(size)));

    /// <summary>g = decay * g + gradient / mean|gradient| an image, x~ + a * sign(g) (Dong et al., 2018). Memory: g.</summary>
    public static AttackStep Momentum(float size, double decay) => input =>
    {
        var normalised = input.Gradient / input.Gradient.abs().mean([1, 2, 3], keepdim: true).AtLeast(Smallest);
        var momentum = input.Memory.Count == 0 ? normalised : input.Memory[0].Times(decay).Plus(normalised);
        return new StepResult(input.Point.Plus(momentum.sign().Times(size)), momentum);
    };

    /// <summary>s = clamp(s + a * sign(gradient), -epsilon, epsilon), x + s: [0,1] bounds the image and not the sum (ODFA). Memory: s.</summary>
    public static AttackStep SignSum(float size, float epsilon) => input =>
    {
        var step = input.Gradient.sign().Times(size);
        var sum = (input.Memory.Count == 0 ? step : input.Memory[0].Plus(step)).Within(-epsilon, epsilon);
        return new StepResult(input.Images.Plus(sum), sum);
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
        return new StepResult(input.Point.Plus(direction.Times(size)), first, second);
    };
}
