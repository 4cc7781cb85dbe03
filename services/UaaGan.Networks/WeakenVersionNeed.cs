using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// A build task: copies a 64-bit little-endian ELF library and marks one version it needs (.gnu.version_r) as weak, so that
/// the dynamic loader accepts a system without that version. See elf(5), Elf64_Verneed and Elf64_Vernaux.
/// </summary>
public class WeakenVersionNeed : Task
{
    private const uint SectionTypeVersionNeed = 0x6ffffffe;
    private const ushort WeakFlag = 0x2;

    /// <summary>The library to read.</summary>
    [Required]
    public string Source { get; set; }

    /// <summary>Where the marked copy goes.</summary>
    [Required]
    public string Destination { get; set; }

    /// <summary>The version to mark, such as GLIBCXX_3.4.32.</summary>
    [Required]
    public string Version { get; set; }

    /// <summary>Does the work; false, with an error logged, when the file is no such library or lacks the version.</summary>
    public override bool Execute()
    {
        byte[] elf = File.ReadAllBytes(Source);
        if (elf.Length < 64 || BitConverter.ToUInt32(elf, 0) != 0x464c457f || elf[4] != 2 || elf[5] != 1)
        {
            Log.LogError("{0} is not a 64-bit little-endian ELF file.", Source);
            return false;
        }

        int marked = Mark(elf);
        if (marked == 0)
        {
            Log.LogError("{0} does not need {1}: the version of TorchSharp changed, so look whether this step is still wanted.", Source, Version);
            return false;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        string temporary = Destination + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(temporary, elf);
        if (File.Exists(Destination)) File.Delete(Destination);
        File.Move(temporary, Destination);
        return true;
    }

    private int Mark(byte[] elf)
    {
        long sectionTable = BitConverter.ToInt64(elf, 0x28);
        int sectionSize = BitConverter.ToUInt16(elf, 0x3a), sectionCount = BitConverter.ToUInt16(elf, 0x3c);
        int marked = 0;
        for (int s = 0; s < sectionCount; s++)
        {
            long section = sectionTable + (long)s * sectionSize;
            if (BitConverter.ToUInt32(elf, (int)section + 4) != SectionTypeVersionNeed) continue;

            long start = BitConverter.ToInt64(elf, (int)section + 24);
            long strings = BitConverter.ToInt64(elf, (int)(sectionTable + BitConverter.ToUInt32(elf, (int)section + 40) * sectionSize) + 24);
            for (long need = start; ;)
            {
                int entries = BitConverter.ToUInt16(elf, (int)need + 2);
                long entry = need + BitConverter.ToUInt32(elf, (int)need + 8);
                for (int e = 0; e < entries; e++)
                {
                    if (StringAt(elf, strings + BitConverter.ToUInt32(elf, (int)entry + 8)) == Version)
                    {
                        elf[entry + 4] |= (byte)WeakFlag;
                        marked++;
                    }

                    entry += BitConverter.ToUInt32(elf, (int)entry + 12);
                }

                uint next = BitConverter.ToUInt32(elf, (int)need + 12);
                if (next == 0) break;
                need += next;
            }
        }

        return marked;
    }

    private static string StringAt(byte[] elf, long position)
    {
        int end = Array.IndexOf(elf, (byte)0, (int)position);
        return Encoding.ASCII.GetString(elf, (int)position, end - (int)position);
    }
}
