namespace UaaGan.Hosting.Tests.Support;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("uaagan-hosting-").FullName;

    /// <summary>Writes a file, and returns its path.</summary>
    public string Write(string name, string text)
    {
        string path = Path.Combine(_path, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Options for a service with the certificate of an authority.</summary>
    public string[] Tls(Authority authority, int days = 30)
    {
        var (certificate, key) = authority.Server(days: days);
        return [$"--UaaGan:Tls:Certificate={Write("server.pem", certificate)}", $"--UaaGan:Tls:Key={Write("server.key", key)}"];
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
