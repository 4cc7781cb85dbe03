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
    /// INVALID_ARGUMENT when the model holds a number that is not finite, an image that is no PNG, or no scenario;
    /// FAILED_PRECONDITION when the file can't be written.
    /// </exception>
    public static void Write(ReportModel model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        throw new FailureException(FailureKind.FailedPrecondition, "REPORT_NOT_WRITTEN", "HTML follows in the next commit.");
    }
}
