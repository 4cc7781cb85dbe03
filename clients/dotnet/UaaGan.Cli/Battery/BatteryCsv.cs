using System.Globalization;
using System.Text;

namespace UaaGan.Cli.Battery;

/// <summary>battery.csv: a line an attack, and one a defence that was tried after it.</summary>
internal static class BatteryCsv
{
    private const string Header = "evaluation,model,protocol,epsilon,method,generator,defence,mean_average_precision,rank1,rank5,map_lost,map_lost_swapped,psnr,ssim,ms_ssim,linf_255,clean_mean_average_precision,lpips";

    public static string Of(BatteryJson battery)
    {
        var csv = new StringBuilder(Header).Append('\n');
        foreach (var evaluation in battery.Evaluations)
        {
            foreach (var attack in evaluation.Attacks)
            {
                Line(
                    evaluation.Name, evaluation.Model, evaluation.Protocol, attack.Epsilon, attack.Method, attack.Generator, "none", attack.MeanAveragePrecision, attack.Rank1, attack.Rank5,
                    attack.MapLost, attack.MapLostSwapped, double.IsFinite(attack.Psnr) ? attack.Psnr : null, attack.Ssim, attack.MsSsim, attack.Linf255, evaluation.Clean.MeanAveragePrecision, attack.Lpips);
                foreach (var survival in attack.Survival ?? [])
                {
                    Line(
                        evaluation.Name, evaluation.Model, evaluation.Protocol, attack.Epsilon, attack.Method, attack.Generator, survival.Defence, survival.MeanAveragePrecision, null, null,
                        survival.MapLost, null, null, null, null, null, survival.CleanMeanAveragePrecision, null);
                }
            }
        }

        return csv.ToString();

        void Line(params object?[] cells) => csv.AppendJoin(',', cells.Select(Cell)).Append('\n');
    }

    /// <summary>Numbers to the last bit; a name with a comma or a quote in quotes.</summary>
    private static string Cell(object? value)
    {
        var text = value switch
        {
            null => "",
            IFormattable number => number.ToString(value is double ? "R" : null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };
        return text.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
