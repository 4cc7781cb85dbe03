namespace UaaGan.Failures;

/// <summary>What kind of failure it is, whoever meets it. UaaGan.Hosting maps each kind to one gRPC status code.</summary>
public enum FailureKind
{
    /// <summary>The caller's input is wrong whatever the state of the system (INVALID_ARGUMENT).</summary>
    InvalidArgument,

    /// <summary>The named thing does not exist (NOT_FOUND).</summary>
    NotFound,

    /// <summary>The named thing exists already (ALREADY_EXISTS).</summary>
    AlreadyExists,

    /// <summary>The input is fine, the state of the system forbids the action (FAILED_PRECONDITION).</summary>
    FailedPrecondition,

    /// <summary>A bound is reached; trying again later may succeed (RESOURCE_EXHAUSTED).</summary>
    ResourceExhausted,

    /// <summary>Stored data is damaged: a hash, a length or a format does not hold (DATA_LOSS).</summary>
    DataLoss,

    /// <summary>Nobody knows who calls: credentials are missing or not valid (UNAUTHENTICATED).</summary>
    Unauthenticated,

    /// <summary>The caller is known and may not do this (PERMISSION_DENIED).</summary>
    PermissionDenied,

    /// <summary>The service is starting, draining or unreachable (UNAVAILABLE).</summary>
    Unavailable,
}
