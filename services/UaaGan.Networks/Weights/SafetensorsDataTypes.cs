using TorchSharp;

namespace UaaGan.Networks;

/// <summary>The number formats of safetensors that libtorch has too, with their bytes per element.</summary>
internal static class SafetensorsDataTypes
{
    private static readonly (string Name, torch.ScalarType Type, int Bytes)[] Table =
    [
        ("F64", torch.ScalarType.Float64, 8),
        ("I64", torch.ScalarType.Int64, 8),
        ("F32", torch.ScalarType.Float32, 4),
        ("I32", torch.ScalarType.Int32, 4),
        ("F16", torch.ScalarType.Float16, 2),
        ("BF16", torch.ScalarType.BFloat16, 2),
        ("I16", torch.ScalarType.Int16, 2),
        ("I8", torch.ScalarType.Int8, 1),
        ("U8", torch.ScalarType.Byte, 1),
        ("BOOL", torch.ScalarType.Bool, 1),
    ];

    public static string Names => string.Join(", ", Table.Select(entry => entry.Name));

    public static bool TryParse(string name, out torch.ScalarType type)
    {
        foreach (var entry in Table)
        {
            if (entry.Name != name) continue;
            type = entry.Type;
            return true;
        }

        type = default;
        return false;
    }

    public static int Bytes(torch.ScalarType type) => Find(type).Bytes;

    public static string Name(torch.ScalarType type) => Find(type).Name;

    private static (string Name, torch.ScalarType Type, int Bytes) Find(torch.ScalarType type)
    {
        foreach (var entry in Table)
        {
            if (entry.Type == type) return entry;
        }

        throw new ArgumentOutOfRangeException(nameof(type), type, $"safetensors holds {Names}");
    }
}
