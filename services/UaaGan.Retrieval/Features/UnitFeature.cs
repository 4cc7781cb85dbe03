using System.Globalization;
using UaaGan.Failures;
using UaaGan.Kernels;

namespace UaaGan.Retrieval;

/// <summary>The one place where a feature is checked and becomes a unit vector.</summary>
public static class UnitFeature
{
    /// <summary>Most components of a feature.</summary>
    public const int MaxDimension = GalleryMatrix.MaxDimension;

    /// <summary>Smallest Euclidean norm of a feature; below it the direction is rounding noise, and the cosine means nothing.</summary>
    public const double SmallestNorm = 1e-6;

    // A float32 unit vector differs from norm 1 by half of this at most, so normalising twice changes no bit.
    private const double UnitTolerance = 1.0 / (1 << 23);

    /// <summary>The feature divided by its Euclidean norm; norm and quotients are computed in double and rounded once.</summary>
    /// <param name="feature">D components, 1 to <see cref="MaxDimension"/>.</param>
    /// <param name="id">Id of its item, for the message.</param>
    /// <param name="role">What the item is, for the message.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT: the dimension, a component that is not finite, or a norm below <see cref="SmallestNorm"/>.</exception>
    public static float[] Normalize(ReadOnlySpan<float> feature, string id, string role = "item")
    {
        if (feature.Length is 0 or > MaxDimension)
        {
            throw Failure("BAD_DIMENSION", id, role, $"has {feature.Length} components; it must have 1 to {MaxDimension}");
        }

        double squares = 0;
        for (int d = 0; d < feature.Length; d++)
        {
            if (!float.IsFinite(feature[d]))
            {
                throw Failure(
                    "FEATURE_NOT_FINITE", id, role,
                    string.Create(CultureInfo.InvariantCulture, $"has {feature[d]} in component {d}; every component must be finite"));
            }

            squares += (double)feature[d] * feature[d];
        }

        double norm = Math.Sqrt(squares);
        if (norm < SmallestNorm)
        {
            throw Failure(
                "FEATURE_ZERO", id, role,
                string.Create(CultureInfo.InvariantCulture, $"has the norm {norm:G3}; below {SmallestNorm} it has no direction to compare"));
        }

        if (Math.Abs(norm - 1) <= UnitTolerance) return feature.ToArray();
        float[] unit = new float[feature.Length];
        for (int d = 0; d < unit.Length; d++) unit[d] = (float)(feature[d] / norm);
        return unit;
    }

    /// <summary>Whether a feature is finite and has norm 1 to the rounding of float32, as <see cref="Normalize"/> leaves it.</summary>
    public static bool IsUnit(ReadOnlySpan<float> feature)
    {
        double squares = 0;
        foreach (float component in feature) squares += (double)component * component;
        return Math.Abs(Math.Sqrt(squares) - 1) <= UnitTolerance;
    }

    /// <summary>Euclidean distance of two unit features, 0 to 2, summed in double.</summary>
    public static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length) throw new ArgumentException($"The features have {a.Length} and {b.Length} components; they must have the same number.", nameof(b));

        double squares = 0;
        for (int d = 0; d < a.Length; d++) squares += ((double)a[d] - b[d]) * ((double)a[d] - b[d]);
        return Math.Sqrt(squares);
    }

    private static FailureException Failure(string reason, string id, string role, string what) =>
        new(FailureKind.InvalidArgument, reason, $"The feature of {role} '{id}' {what}.")
        {
            Field = "feature",
            Metadata = new Dictionary<string, string> { ["id"] = id },
        };
}
