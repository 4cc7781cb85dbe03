using Microsoft.Extensions.Logging;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>What some files hold, read again when one of them has changed. A change that cannot be read leaves the old value in place.</summary>
internal sealed partial class WatchedFile<T>
    where T : class
{
    /// <summary>How often the files are looked at, at most.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string[] _paths;
    private readonly Func<T> _read;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private T _value;
    private string _valueStamp, _refusedStamp = "";
    private long _looked;

    /// <summary>Reads the files.</summary>
    /// <exception cref="FailureException">They cannot be used.</exception>
    public WatchedFile(string[] paths, Func<T> read, TimeProvider time, ILogger logger)
    {
        (_paths, _read, _time, _logger) = (paths, read, time, logger);
        (_looked, _valueStamp) = (time.GetTimestamp(), Stamp());
        _value = read();
    }

    /// <summary>What they hold.</summary>
    public T Current
    {
        get
        {
            lock (_gate)
            {
                if (_time.GetElapsedTime(_looked) >= Interval) Look();
                return _value;
            }
        }
    }

    private void Look()
    {
        _looked = _time.GetTimestamp();
        string stamp = Stamp();
        if (stamp == _valueStamp) return;
        try
        {
            // The stamp is from before the read: a change meanwhile is seen by the next look.
            _value = _read();
            _valueStamp = stamp;
        }
        catch (FailureException failure)
        {
            // Tried again at each look, since of two files the second may be on its way; told once.
            if (stamp != _refusedStamp) LogRefused(_logger, failure.Message);
            _refusedStamp = stamp;
        }
    }

    private string Stamp() => string.Join(' ', _paths.Select(path => new FileInfo(path)).Select(file =>
        file.Exists ? FormattableString.Invariant($"{File.ResolveLinkTarget(file.FullName, true)?.FullName} {File.GetLastWriteTimeUtc(file.FullName).Ticks}") : "none"));

    [LoggerMessage(EventId = 30, Level = LogLevel.Error, Message = "The old files stay in use: {Failure}")]
    private static partial void LogRefused(ILogger logger, string failure);
}
