using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Imaging;

/// <summary>
/// A perturbation budget in the L-infinity norm, written with its unit: 8/255 means at most 8 of 255 grey levels. A bare number is
/// refused, since 8 and 0.03 do not say which scale they are on.
/// </summary>
public readonly record struct Epsilon
{
    /// <param name="numerator255">Grey levels, 0 to 255.</param>
    /// <exception cref="FailureException">EPSILON_INVALID.</exception>
    public Epsilon(int numerator255)
    {
        if (numerator255 is < 0 or > 255)
            throw ImageFailure.EpsilonInvalid(string.Create(CultureInfo.InvariantCulture, $"{numerator255}/255"));
        Numerator255 = numerator255;
    }

    /// <summary>The budget in grey levels, 0 to 255.</summary>
    public int Numerator255 { get; }

    /// <summary>The budget on the scale [0,1]: numerator / 255 in float32.</summary>
    public float Value => Numerator255 / 255f;

    /// <summary>Reads a whole number from 0 to 255 over 255, such as 8/255; spaces around the numbers are allowed.</summary>
    /// <exception cref="FailureException">EPSILON_INVALID, with what to write instead.</exception>
    public static Epsilon Parse(string? text) => TryParse(text, out var epsilon) ? epsilon : throw ImageFailure.EpsilonInvalid(text);

    /// <summary>As <see cref="Parse"/>, without an exception.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Epsilon epsilon)
    {
        epsilon = default;
        var parts = (text ?? "").Split('/');
        if (parts.Length != 2
            || !int.TryParse(parts[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var numerator)
            || parts[1].Trim() != "255"
            || numerator > 255)
        {
            return false;
        }

        epsilon = new Epsilon(numerator);
        return true;
    }

    /// <summary>The form that <see cref="Parse"/> reads: 8/255.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator255}/255");
}
