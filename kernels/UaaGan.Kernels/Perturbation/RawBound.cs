namespace UaaGan.Kernels;

/// <summary>What a raw value is, and how it is kept within the budget.</summary>
public enum RawBound
{
    /// <summary>A perturbation: tanh(raw), scaled by the budget.</summary>
    Tanh,

    /// <summary>A perturbation: clamp(raw, -1, 1), scaled by the budget, for a perturbation that was bounded, masked or mixed before: give perturbation / epsilon.</summary>
    Clamp,

    /// <summary>The perturbed image itself, in [0,1], by whatever it was made: 255 raw, kept within the budget of the original.</summary>
    Image,
}
