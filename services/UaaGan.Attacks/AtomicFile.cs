namespace UaaGan.Attacks;

/// <summary>Files that are either the old ones or the new ones after a crash, never a part.</summary>
internal static class AtomicFile
{
    /// <summary>Writes to a temporary name in the same folder, flushes to the disk, and renames.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
