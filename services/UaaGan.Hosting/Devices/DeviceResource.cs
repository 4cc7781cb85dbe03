using OpenTelemetry.Resources;

namespace UaaGan.Hosting;

/// <summary>Names the device in telemetry: the attribute uaagan.device of the resource.</summary>
internal sealed class DeviceResource(ServiceDevice device) : IResourceDetector
{
    public const string Attribute = "uaagan.device";

    public Resource Detect() => new([new KeyValuePair<string, object>(Attribute, device.Kernels.Name)]);
}
