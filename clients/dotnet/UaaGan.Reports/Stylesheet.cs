namespace UaaGan.Reports;

/// <summary>The page's stylesheet, report.css, embedded in the assembly.</summary>
internal static class Stylesheet
{
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(Stylesheet).Assembly.GetManifestResourceStream("UaaGan.Reports.report.css")
            ?? throw new InvalidOperationException("The assembly was built without report.css.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
