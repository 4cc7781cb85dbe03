namespace UaaGan.Networks;

/// <summary>
/// The JSON schema of model.json (draft 2020-12), for editors and other programs. <see cref="ModelCardJson"/> reads without it and
/// gives the same verdict, but for the relations between fields that the schema's description names.
/// </summary>
public static class ModelCardSchema
{
    /// <summary>The schema's text.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(ModelCardSchema).Assembly.GetManifestResourceStream("model.schema.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
