namespace UaaGan.Networks;

/// <summary>A value of a pickle that no weights need: a fraction, bytes, a device. Its place is kept and its content passed over.</summary>
internal sealed class PickleOpaque
{
    public static readonly PickleOpaque Value = new();

    private PickleOpaque()
    {
    }
}
