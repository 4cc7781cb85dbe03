namespace UaaGan.Pickle;

/// <summary>A value of a pickle whose content is passed over, such as bytes: only its place is kept.</summary>
internal sealed class PickleOpaque
{
    public static readonly PickleOpaque Value = new();

    private PickleOpaque()
    {
    }
}
