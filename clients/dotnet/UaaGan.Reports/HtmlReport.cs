using System.Text;
using UaaGan.Failures;

namespace UaaGan.Reports;

/// <summary>Writes a <see cref="ReportModel"/> as one HTML file that needs nothing beside itself: no network, no fonts, no scripts.</summary>
public static class HtmlReport
{
    /// <summary>
    /// Writes the report. The file appears whole or not at all: it is written beside <paramref name="path"/> and renamed.
    /// The same model gives the same bytes.
    /// </summary>
    /// <exception cref="FailureException">
    /// Invalid argument when the model holds a number that is not finite, an image that is no PNG, or no scenario;
    /// failed precondition when the file can't be written.
    /// </exception>
    public static void Write(ReportModel model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ReportValidation.Check(model);
        var page = Render(model);
        var temporary = path + ".partial";
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
                Directory.CreateDirectory(folder);
            try
            {
                File.WriteAllText(temporary, page, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
                File.Move(temporary, path, overwrite: true);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(
                FailureKind.FailedPrecondition, "REPORT_NOT_WRITTEN",
                $"The report can't be written to '{path}': {exception.Message} Name a file in a folder that can be written and has room.", exception);
        }
    }

    internal static string Render(ReportModel model)
    {
        var html = new MarkupWriter();
        Page.Write(html, model);
        return html.ToString();
    }
}
