using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace UaaGan.Hosting;

/// <summary>
/// Asks callers to connect anew from time to time (GOAWAY), so that those who keep one connection find replicas that were added.
/// Calls under way are finished on the old connection.
/// </summary>
internal static class ConnectionAge
{
    private const int JitterPercent = 10;

    /// <summary>Limits the age of a listener's connections.</summary>
    /// <param name="listen">The listener.</param>
    /// <param name="age">The age; a tenth more or less, by chance, so that connections made together do not end together.</param>
    /// <param name="time">The clock.</param>
    public static void Limit(ListenOptions listen, TimeSpan age, TimeProvider time) => listen.Use(next => async connection =>
    {
        var lifetime = connection.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>();
        double percent = 100 + RandomNumberGenerator.GetInt32(-JitterPercent * 100, JitterPercent * 100 + 1) / 100.0;
        using var timer = time.CreateTimer(_ => lifetime.RequestClose(), null, age * (percent / 100), Timeout.InfiniteTimeSpan);
        await next(connection);
    });
}
