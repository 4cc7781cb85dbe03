using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>
/// Lets a request through when its caller may make it, before anything of its body is read. Health is open; administration is for
/// administrators; everything else is for every caller.
/// </summary>
internal sealed class AccessGate(
    RequestDelegate next, Authenticator authenticator, AdministrationMethods administration, StatusMapper mapper, IOptions<ServiceOptions> options)
{
    private const string Health = "grpc.health.v1.Health";

    public async Task InvokeAsync(HttpContext context)
    {
        var method = context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method;
        if (IsOpen(context, method?.ServiceName))
        {
            await next(context);
            return;
        }

        try
        {
            var caller = await authenticator.AuthenticateAsync(context);
            if (!caller.IsAdministrator && method is not null && administration.Contains(method.FullName))
            {
                throw new FailureException(FailureKind.PermissionDenied, "ADMINISTRATOR_ONLY", $"{method.Name} is administration, which '{caller.Name}' may not do.")
                {
                    Metadata = new Dictionary<string, string> { ["method"] = method.FullName, ["caller"] = caller.Name },
                };
            }
        }
        catch (FailureException refusal)
        {
            Refuse(context, method?.FullName, mapper.ToStatus(refusal));
            return;
        }

        await next(context);
    }

    private bool IsOpen(HttpContext context, string? service) =>
        service == Health || context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
        || (options.Value.Access.OpenMetrics && context.Request.Path == "/metrics");

    // gRPC reads its status from the headers of an answer that has no body.
    private static void Refuse(HttpContext context, string? method, Google.Rpc.Status status)
    {
        var response = context.Response;
        if (method is null)
        {
            response.StatusCode = status.Code == (int)StatusCode.Unauthenticated ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
            return;
        }

        ServiceMetrics.RecordCall(method, (StatusCode)status.Code, TimeSpan.Zero);
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = context.Request.ContentType;
        response.Headers["grpc-status"] = status.Code.ToString(System.Globalization.CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(status.Message);
        response.Headers["grpc-status-details-bin"] = Convert.ToBase64String(status.ToByteArray());
    }
}

/// <summary>Full names of the methods that are administration, such as /uaagan.features.v1.FeatureExtractionService/LoadModel.</summary>
internal sealed class AdministrationMethods(IEnumerable<string> methods)
{
    private readonly HashSet<string> _methods = new(methods, StringComparer.Ordinal);

    public bool Contains(string method) => _methods.Contains(method);
}
