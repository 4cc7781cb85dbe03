using System.Numerics;

namespace UaaGan.TensorBoard;

/// <summary>The checksum of TFRecord files: CRC-32C (Castagnoli), rotated and shifted so that a checksum of checksums is no weak one.</summary>
internal static class RecordChecksum
{
    private const uint MaskDelta = 0xa282ead8;

    /// <summary>CRC-32C, as RFC 3720 has it.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    /// <summary>The form in which a record holds it.</summary>
    public static uint Masked(ReadOnlySpan<byte> bytes) => unchecked(BitOperations.RotateRight(Of(bytes), 15) + MaskDelta);
}
