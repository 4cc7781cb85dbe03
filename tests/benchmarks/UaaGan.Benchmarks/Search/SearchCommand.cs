using System.CommandLine;
using UaaGan.Failures;

namespace UaaGan.Benchmarks;

/// <summary>bench search.</summary>
internal static class SearchCommand
{
    public static Command Create()
    {
        var queries = Numbers("--queries", [1, 16, 256, 1024], "Queries of a search.");
        var rows = Numbers("--rows", [10_000, 131_072, 1_000_000], "Rows of the gallery.");
        var dimensions = Numbers("--dimensions", [128, 512, 2048], "Components of a feature.");
        var k = NumberOption.Create("--k", 100, "Rows wanted for each query.");
        var threads = NumberOption.Create("--threads", Environment.ProcessorCount, "Threads of each contender.");
        var rounds = NumberOption.Create("--rounds", 7, "Measured rounds of each contender; the median is shown.");
        var memory = NumberOption.Create("--memory", 16, "GiB that the contenders' galleries may take together; what needs more is skipped.");
        var quick = new Option<bool>("--quick") { Description = "One gallery of 131072 x 512, 1 and 256 queries, 3 rounds, where these are not given." };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of the table." };
        var command = new Command("search", "Exact top-k on the CPU beside Debian's FAISS and libtorch, as a share of what the machine can read and multiply.")
        {
            queries, rows, dimensions, k, threads, rounds, memory, quick, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            T Quick<T>(Option<T> option, T value) => parsed.GetValue(quick) && parsed.GetResult(option)?.Implicit != false ? value : parsed.GetValue(option)!;
            var sizes = new SearchSizes(
                Quick(queries, [1, 256]), Quick(rows, [131_072]), Quick(dimensions, [512]),
                parsed.GetValue(k), parsed.GetValue(threads), Quick(rounds, 3), parsed.GetValue(memory));
            if (sizes.Rows.Min() < sizes.K)
                throw new FailureException(FailureKind.InvalidArgument, "BAD_K", $"--k is {sizes.K}; it must be at most {sizes.Rows.Min()}, the least of --rows: libtorch has no answer to more.");
            var report = new SearchBenchmark(sizes, Console.Error.WriteLine).Run(cancellation);
            if (parsed.GetValue(json)) report.PrintJson(Console.Out);
            else report.PrintTable(Console.Out);
            return Task.FromResult(0);
        });
        return command;
    }

    private static Option<int[]> Numbers(string name, int[] fallback, string description)
    {
        var option = new Option<int[]>(name) { Description = description, DefaultValueFactory = _ => fallback, AllowMultipleArgumentsPerToken = true };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int[]>() is not { Length: > 0 } numbers || numbers.Min() < 1) result.AddError($"{name} takes numbers from 1.");
        });
        return option;
    }
}
