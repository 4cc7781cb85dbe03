using System.Runtime.CompilerServices;

namespace UaaGan.Kernels;

/// <summary>A number for each of up to three channels.</summary>
[InlineArray(3)]
public struct ChannelValues
{
    private float _first;

    /// <summary>One number for all channels.</summary>
    public static ChannelValues All(float value)
    {
        var values = default(ChannelValues);
        for (int channel = 0; channel < 3; channel++) values[channel] = value;
        return values;
    }
}
