namespace UaaGan.Kernels;

/// <summary>How a raw value is kept within [-1, 1] before it is scaled by the budget.</summary>
public enum RawBound
{
    /// <summary>tanh(raw).</summary>
    Tanh,

    /// <summary>clamp(raw, -1, 1), for a perturbation that was bounded, masked or mixed before: give perturbation / epsilon.</summary>
    Clamp,
}
