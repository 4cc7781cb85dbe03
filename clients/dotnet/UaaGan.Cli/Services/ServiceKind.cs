namespace UaaGan.Cli.Services;

/// <summary>The three services.</summary>
internal enum ServiceKind
{
    FeatureExtraction,
    Perturbation,
    RetrievalScoring,
}

/// <summary>What is fixed about each service.</summary>
internal static class ServiceKinds
{
    public static readonly IReadOnlyList<ServiceKind> All = [ServiceKind.FeatureExtraction, ServiceKind.Perturbation, ServiceKind.RetrievalScoring];

    /// <summary>Name of its executable.</summary>
    public static string Executable(this ServiceKind kind) => $"UaaGan.{kind}";

    /// <summary>Its word in options and JSON.</summary>
    public static string Key(this ServiceKind kind) => kind switch
    {
        ServiceKind.FeatureExtraction => "features",
        ServiceKind.Perturbation => "perturbation",
        _ => "scoring",
    };

    /// <summary>The option that moves its store to PostgreSQL; null: it has no store.</summary>
    public static string? PostgreSqlOption(this ServiceKind kind) => kind == ServiceKind.FeatureExtraction ? null : $"UaaGan:{kind}:PostgreSql";

    /// <summary>Its fixed port for gRPC in <c>uaagan serve</c>.</summary>
    public static int GrpcPort(this ServiceKind kind) => 5101 + (int)kind;

    /// <summary>Its fixed port for health, metrics and gRPC-Web.</summary>
    public static int HttpPort(this ServiceKind kind) => 5111 + (int)kind;
}
