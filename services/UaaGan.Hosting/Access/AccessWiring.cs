using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace UaaGan.Hosting;

/// <summary>Access as the options ask for it.</summary>
internal static class AccessWiring
{
    public static void Add(IServiceCollection services, ServiceOptions options)
    {
        if (options.Tls.IsOn) services.AddSingleton<TlsCertificates>();
        if (!string.IsNullOrEmpty(options.Access.ApiKeys)) services.AddSingleton<ApiKeys>();
        if (options.Access.Jwt.IsOn) BearerTokens.Add(services);
        services.AddSingleton<Authenticator>();
        CrossOrigin.Add(services, options.Access);
    }

    // A browser's question whether it may call has no credentials, so its answer comes before the gate.
    public static void Use(WebApplication application, ServiceBuilder service)
    {
        application.UseRouting();
        CrossOrigin.Use(application, service.Options.Access);
        application.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        application.UseMiddleware<AccessGate>(new AdministrationMethods(service.Administration));
    }
}
