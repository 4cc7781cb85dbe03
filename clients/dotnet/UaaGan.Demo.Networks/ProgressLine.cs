namespace UaaGan.Demo.Networks;

/// <summary>One line that is written over on a terminal; elsewhere, such as in a log, a line every few seconds.</summary>
internal sealed class ProgressLine(TextWriter output, bool rewrite) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly System.Diagnostics.Stopwatch _sinceLast = new();
    private int _shown;

    public void Report(string text)
    {
        if (rewrite)
        {
            output.Write('\r' + text.PadRight(_shown));
            _shown = text.Length;
        }
        else if (!_sinceLast.IsRunning || _sinceLast.Elapsed > Pause)
        {
            output.WriteLine(text);
            _sinceLast.Restart();
        }
    }

    /// <summary>Makes room for other output.</summary>
    public void Clear()
    {
        if (_shown > 0) output.Write('\r' + new string(' ', _shown) + '\r');
        _shown = 0;
    }

    public void Dispose() => Clear();
}
