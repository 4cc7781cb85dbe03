namespace UaaGan.Reports.Tests;

public class ReportPageTests
{
    [Fact]
    public void Tmp()
    {
        HtmlReport.Write(Samples.Report(), Path.Combine(Path.GetTempPath(), "uaagan-report-look", "report.html"));
    }
}
