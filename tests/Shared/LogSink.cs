using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace UaaGan.Tests.Shared;

/// <summary>Keeps errors that were logged: one that a test did not announce fails it.</summary>
internal sealed class LogSink : ILoggerProvider
{
    public ConcurrentQueue<string> Errors { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Sink(categoryName, Errors);

    public void Dispose()
    {
    }

    private sealed class Sink(string category, ConcurrentQueue<string> errors) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) errors.Enqueue($"{category}: {formatter(state, exception)} {exception}");
        }
    }
}
