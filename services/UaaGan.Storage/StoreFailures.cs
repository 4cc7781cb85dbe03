using UaaGan.Failures;

namespace UaaGan.Storage;

/// <summary>Every failure of a store that its user can mend, whatever keeps it. Messages name the store and no path or host.</summary>
internal static class StoreFailures
{
    public static FailureException Busy(string store, Exception cause) => new(
        FailureKind.Unavailable, "STORE_BUSY", $"Another process holds the store of {store}; try again in a moment.", cause);

    public static FailureException Unreachable(string store, Exception cause) => new(
        FailureKind.Unavailable, "STORE_UNAVAILABLE", $"The PostgreSQL server with the store of {store} does not answer; try again in a moment.", cause);

    public static FailureException DiskFull(string where, Exception cause) => new(
        FailureKind.ResourceExhausted, "DISK_FULL", $"The disk of {where} is full; free some space and try again.", cause);

    public static FailureException Damaged(string what, Exception cause) => new(
        FailureKind.DataLoss, "STORE_DAMAGED", $"{what} is damaged; restore it from a copy, or move it away to begin anew.", cause);

    public static FailureException Unusable(string what, string advice, Exception cause) => new(
        FailureKind.FailedPrecondition, "STORE_UNUSABLE", $"{what} cannot be used; {advice}.", cause);

    public static FailureException Foreign(string what, string advice, Exception? cause = null) => new(
        FailureKind.FailedPrecondition, "STORE_FOREIGN", $"{what} was made by something else; {advice}.", cause);

    public static FailureException TooNew(string what, int version, int known, string advice) => new(
        FailureKind.FailedPrecondition, "STORE_TOO_NEW", $"{what} has version {version}; this service knows {known}. Use the newer service, or {advice}.");

    public static FailureException NotDurable(string store, string setting) => new(
        FailureKind.FailedPrecondition, "STORE_NOT_DURABLE",
        $"The PostgreSQL server with the store of {store} has {setting}: what it acknowledges may be lost. Set it to on, or use another server.");

    public static FailureException BadConnectionString(string what) => new(
        FailureKind.InvalidArgument, "BAD_CONNECTION_STRING",
        $"The PostgreSQL connection string {what}; write it as Host=NAME;Database=NAME;Username=NAME;Password=SECRET.");
}
