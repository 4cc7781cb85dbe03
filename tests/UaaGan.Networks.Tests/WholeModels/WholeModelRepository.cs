using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

/// <summary>A repository of a test's own.</summary>
internal sealed class WholeModelRepository : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public WholeModelRepository() => Models = new ModelRepository(_folder.File("models"));

    public ModelRepository Models { get; }

    public string File(string name) => _folder.File(name);

    public TargetNetwork Load(NewModel model) => Models.Load(Models.Add(model));

    /// <summary>Adds what cannot be added, and makes sure that nothing of it is left.</summary>
    public FailureException Refuse(NewModel model)
    {
        var failure = Assert.Throws<FailureException>(() => Models.Add(model));
        Assert.Empty(Models.List());
        Assert.True(!Directory.Exists(_folder.File("models")) || !Directory.EnumerateFileSystemEntries(_folder.File("models")).Any());
        Assert.DoesNotContain(_folder.Path, failure.Message, StringComparison.Ordinal);
        return failure;
    }

    public void Dispose() => _folder.Dispose();
}
