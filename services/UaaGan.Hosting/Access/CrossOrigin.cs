using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace UaaGan.Hosting;

/// <summary>Which pages a browser lets call by gRPC-Web.</summary>
internal static class CrossOrigin
{
    /// <summary>Headers of an answer that gRPC-Web reads.</summary>
    private static readonly string[] Exposed = ["grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding", "grpc-accept-encoding"];

    public static void Add(IServiceCollection services, AccessOptions access)
    {
        if (access.Origins.Count == 0) return;
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. access.Origins]).WithMethods("POST").AllowAnyHeader().WithExposedHeaders(Exposed).SetPreflightMaxAge(TimeSpan.FromHours(1))));
    }

    public static void Use(WebApplication application, AccessOptions access)
    {
        if (access.Origins.Count > 0) application.UseCors();
    }
}
