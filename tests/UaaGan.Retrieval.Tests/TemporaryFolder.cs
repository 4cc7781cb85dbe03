namespace UaaGan.Retrieval.Tests;

/// <summary>A folder that is gone with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("uaagan-retrieval-").FullName;

    public string Path { get; }

    /// <summary>Makes empty files, with the folders they need.</summary>
    public TemporaryFolder With(params string[] files)
    {
        foreach (string file in files) Write(file, "");
        return this;
    }

    public string Write(string file, string text)
    {
        string path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
