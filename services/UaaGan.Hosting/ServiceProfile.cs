namespace UaaGan.Hosting;

/// <summary>What tells one service from another: its name and what it has unless options say otherwise.</summary>
/// <param name="Name">Name in telemetry, logs and messages, such as perturbation.</param>
/// <param name="GrpcPort">Default of <see cref="ServiceOptions.GrpcPort"/>.</param>
/// <param name="HttpPort">Default of <see cref="ServiceOptions.HttpPort"/>.</param>
/// <param name="MaxInFlightPerStream">Default of <see cref="ServiceOptions.MaxInFlightPerStream"/>.</param>
public sealed record ServiceProfile(string Name, int GrpcPort, int HttpPort, int MaxInFlightPerStream = 16);
