namespace UaaGan.Attacks;

/// <summary>An image to ask about: so far along a ray whose components are +1 and -1.</summary>
internal readonly record struct RayPoint(float[] Signs, double Radius);

/// <summary>
/// The search of one image (Chen and Gu, 2020): flips the signs of ever smaller blocks and keeps a flip that shortens the way to where the
/// answer is yes. Whoever asks sets <see cref="Answer"/> before each next point.
/// </summary>
/// <param name="size">Values of the image that may change.</param>
/// <param name="enough">The radius that is short enough, in [0,1].</param>
/// <param name="queries">Most points.</param>
internal sealed class RaySearch(int size, double enough, int queries)
{
    private const double Tolerance = 0.25 / 255;

    private float[] _signs = [.. Enumerable.Repeat(1f, size)];
    private bool _found;

    /// <summary>Whether the network no longer took the last point for the query.</summary>
    public bool Answer { get; set; }

    /// <summary>Points asked about.</summary>
    public int Asked { get; private set; }

    /// <summary>The shortest way found; radius 1 where none was.</summary>
    public RayPoint Best => new(_signs, Radius);

    private double Radius { get; set; } = 1;

    private bool IsDone => Asked >= queries || (_found && Radius <= enough);

    /// <summary>The points to ask about, one after the other.</summary>
    public IEnumerable<RayPoint> Points()
    {
        for (long blocks = 1; ; blocks = Math.Min(2 * blocks, size))
        {
            var length = (int)((size + blocks - 1) / blocks);
            for (var start = 0; start < size; start += length)
            {
                if (IsDone) yield break;
                var attempt = Flipped(start, Math.Min(length, size - start));
                Asked++;
                yield return new RayPoint(attempt, Radius);
                if (!Answer) continue;
                double no = 0, yes = Radius;
                while (yes - no > Tolerance && Asked < queries)
                {
                    var middle = (no + yes) / 2;
                    Asked++;
                    yield return new RayPoint(attempt, middle);
                    if (Answer) yes = middle;
                    else no = middle;
                }

                if (_found && yes >= Radius) continue;
                (_signs, Radius, _found) = (attempt, yes, true);
            }
        }
    }

    private float[] Flipped(int start, int length)
    {
        var signs = (float[])_signs.Clone();
        for (var i = start; i < start + length; i++) signs[i] = -signs[i];
        return signs;
    }
}
