using UaaGan.Failures;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// The whitening of unit features: P (x - m), as filipradenovic/cnnimageretrieval-pytorch applies what it learns (Radenovic, Tolias,
/// Chum, TPAMI 2018) and as a PCA does; or a linear layer W x + b, which is the same with b = -P m. The caller normalises the result.
/// </summary>
public sealed class Whitening : IDisposable
{
    private readonly Tensor _matrix;
    private readonly Tensor? _mean, _bias;

    private Whitening(Tensor matrix, Tensor? mean, Tensor? bias) => (_matrix, _mean, _bias) = (matrix, mean, bias);

    /// <summary>Components of the features that it takes.</summary>
    public int Inputs => (int)_matrix.shape[1];

    /// <summary>Components of the features that it gives.</summary>
    public int Outputs => (int)_matrix.shape[0];

    /// <summary>Reads P [d,D] and m [D], or weight [d,D] and bias [d], of any floating-point format; nothing else may be there.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="device">Where it runs. Default: the CPU.</param>
    /// <exception cref="FailureException">FailedPrecondition WHITENING_INVALID: other tensors, other shapes, or a number that is not finite.</exception>
    public static Whitening Load(SafetensorsReader reader, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        string[] keys = [.. reader.Entries.Keys];
        var centred = keys is ["P", "m"];
        if (!centred && keys is not ["bias", "weight"])
            throw Invalid($"has the tensors {string.Join(", ", keys.Take(5))}{(keys.Length > 5 ? ", ..." : "")}");

        using var scope = NewDisposeScope();
        var matrix = Read(reader, centred ? "P" : "weight", device);
        var vector = Read(reader, centred ? "m" : "bias", device);
        if (matrix.dim() != 2 || matrix.numel() == 0 || vector.numel() != matrix.shape[centred ? 1 : 0])
            throw Invalid($"has the shapes [{string.Join(", ", matrix.shape)}] and [{string.Join(", ", vector.shape)}]");
        // The origin's files have the mean as a column.
        vector = vector.flatten();
        matrix.DetachFromDisposeScope();
        vector.DetachFromDisposeScope();
        return centred ? new Whitening(matrix, vector, null) : new Whitening(matrix, null, vector);
    }

    /// <summary>Unit features [N, <see cref="Inputs"/>] to [N, <see cref="Outputs"/>], differentiable.</summary>
    public Tensor Apply(Tensor features)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(_mean is null ? features : features - _mean, _matrix, _bias).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _matrix.Dispose();
        _mean?.Dispose();
        _bias?.Dispose();
    }

    private static Tensor Read(SafetensorsReader reader, string key, Device? device)
    {
        var tensor = reader.Read(key);
        if (!tensor.is_floating_point()) throw Invalid($"has whole numbers in {key}");
        var values = tensor.to(ScalarType.Float32, device ?? CPU);
        return values.isfinite().all().item<bool>() ? values : throw Invalid($"has a number in {key} that is not finite");
    }

    private static FailureException Invalid(string what) => new(FailureKind.FailedPrecondition, "WHITENING_INVALID",
        $"The whitening file {what}; it must hold P [d,D] and m [D], or a linear layer's weight [d,D] and bias [d], for features of D components.")
    {
        Field = "whitening",
    };
}
