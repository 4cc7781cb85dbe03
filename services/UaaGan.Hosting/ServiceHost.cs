using System.ComponentModel.DataAnnotations;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>Builds and runs a service: options, listeners, errors, health, telemetry and drain are the same for all of them.</summary>
public static class ServiceHost
{
    /// <summary>Runs a service until it is asked to stop; for a <c>Program.cs</c>.</summary>
    /// <returns>The exit code: 0, or 1 when the start failed, with one line on standard error that says why and what to do.</returns>
    public static async Task<int> RunAsync(string[] args, ServiceProfile profile, Action<ServiceBuilder> configure)
    {
        try
        {
            await using var service = await StartAsync(args, profile, configure);
            await service.WaitForShutdownAsync();
            return service.StartupFailure is { } failure ? throw failure : 0;
        }
        catch (FailureException failure)
        {
            await Console.Error.WriteLineAsync($"{profile.Name}: {failure.Message}");
            return 1;
        }
    }

    /// <summary>Starts a service and returns once it listens; for tests, and for hosts of several services.</summary>
    /// <exception cref="FailureException">The start failed for a reason that the user can mend: an option, a port, a file.</exception>
    public static async Task<RunningService> StartAsync(string[] args, ServiceProfile profile, Action<ServiceBuilder> configure)
    {
        // Not from the working directory, where any appsettings.json may lie.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        var options = ReadOptions(builder.Configuration, profile);
        var listeners = new Listeners(options);
        builder.WebHost.ConfigureKestrel(listeners.Configure);
        var service = new ServiceBuilder(builder, options);
        ServiceWiring.AddDefaults(builder, profile, options);
        configure(service);
        ServiceWiring.AddGrpcHealth(builder.Services, service.GrpcServices);

        var application = builder.Build();
        try
        {
            // Before anything starts: without the GPU that was asked for there is no service.
            application.Services.GetRequiredService<ServiceDevice>();
            ServiceWiring.Map(application, service);
            await application.StartAsync();
            var running = new RunningService(application, listeners.GrpcAddress, listeners.HttpAddress);
            if (options.PortFile is { Length: > 0 } file) await running.WritePortFileAsync(file);
            return running;
        }
        catch (Exception exception)
        {
            await application.DisposeAsync();
            if (Explain(exception, options) is { } failure) throw failure;
            throw;
        }
    }

    private static ServiceOptions ReadOptions(ConfigurationManager configuration, ServiceProfile profile)
    {
        var options = new ServiceOptions { GrpcPort = profile.GrpcPort, HttpPort = profile.HttpPort, MaxInFlightPerStream = profile.MaxInFlightPerStream };
        try
        {
            configuration.GetSection(ServiceOptions.Section).Bind(options);
        }
        catch (InvalidOperationException exception)
        {
            throw BadOption(exception.Message, exception);
        }

        var results = new List<ValidationResult>();
        if (Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true)) return options;
        throw BadOption(string.Join(" ", results.Select(result => result.ErrorMessage)), null);
    }

    private static FailureException? Explain(Exception exception, ServiceOptions options) => exception switch
    {
        FailureException failure => failure,
        OptionsValidationException invalid => BadOption(string.Join(" ", invalid.Failures), invalid),
        InvalidOperationException { InnerException: FormatException or ArgumentException } malformed => BadOption(malformed.Message, malformed),
        _ when Cause<SocketException>(exception) is { } socket => CannotListen(exception, socket, options),
        UnauthorizedAccessException or IOException => new FailureException(
            FailureKind.FailedPrecondition, "START_FAILED", $"cannot start: {exception.Message}", exception),
        _ => null,
    };

    private static FailureException CannotListen(Exception exception, SocketException socket, ServiceOptions options)
    {
        // Kestrel's message is the only place that names the endpoint at fault.
        bool http = exception.Message.Contains($":{options.HttpPort}:", StringComparison.Ordinal);
        var (port, name) = http ? (options.HttpPort, nameof(options.HttpPort)) : (options.GrpcPort, nameof(options.GrpcPort));
        string message = socket.SocketErrorCode == SocketError.AddressAlreadyInUse
            ? $"port {port} is in use; stop what listens there, or choose another port with --UaaGan:{name}=N (0: any free one)."
            : $"cannot listen on {options.Address}:{port}: {socket.Message}; choose another with --UaaGan:Address and --UaaGan:{name}=N.";
        return new FailureException(FailureKind.FailedPrecondition, "CANNOT_LISTEN", message, exception);
    }

    private static FailureException BadOption(string what, Exception? cause) =>
        new(FailureKind.InvalidArgument, "BAD_OPTION", $"invalid option: {what}", cause);

    private static T? Cause<T>(Exception? exception)
        where T : Exception
    {
        while (exception is not null and not T) exception = exception.InnerException;
        return (T?)exception;
    }
}
