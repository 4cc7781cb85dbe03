namespace UaaGan.Retrieval;

/// <summary>The part of an image that is the query, in pixels from the top left corner; edges may lie between pixels.</summary>
/// <param name="Left">Left edge.</param>
/// <param name="Top">Top edge.</param>
/// <param name="Right">Right edge, beyond the left one.</param>
/// <param name="Bottom">Bottom edge, beyond the top one.</param>
public readonly record struct PixelBox(double Left, double Top, double Right, double Bottom);
