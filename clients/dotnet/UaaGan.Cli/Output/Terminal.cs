using System.Text.Json;
using Spectre.Console;

namespace UaaGan.Cli.Output;

/// <summary>The two streams of the process: results on standard output, everything else on standard error.</summary>
internal sealed class Terminal
{
    private readonly TextWriter _standardOutput;
    private readonly IAnsiConsole _results;
    private readonly IAnsiConsole _notes;

    public Terminal(TextWriter standardOutput, TextWriter standardError, bool json, bool verbose)
    {
        _standardOutput = standardOutput;
        Json = json;
        Verbose = verbose;
        _results = Console(standardOutput, System.Console.IsOutputRedirected || standardOutput != System.Console.Out);
        _notes = Console(standardError, System.Console.IsErrorRedirected || standardError != System.Console.Error);
    }

    /// <summary>Whether the result is one JSON object.</summary>
    public bool Json { get; }

    public bool Verbose { get; }

    /// <summary>Prints a line of progress.</summary>
    public void Note(string message) => _notes.WriteLine(message);

    public void Warn(string message) => _notes.MarkupLineInterpolated($"[yellow]warning:[/] {message}");

    public void Error(string message) => _notes.MarkupLineInterpolated($"[red]error:[/] {message}");

    public void ErrorDetail(string detail) => _notes.WriteLine(detail);

    /// <summary>Prints a result for people; nothing under --json.</summary>
    public void Show(Spectre.Console.Rendering.IRenderable result)
    {
        if (!Json) _results.Write(result);
    }

    /// <summary>Prints a line of a result for people; nothing under --json.</summary>
    public void Show(string line)
    {
        if (!Json) _results.WriteLine(line);
    }

    /// <summary>Prints the one JSON object of --json.</summary>
    public void WriteJson<T>(T result)
    {
        _standardOutput.WriteLine(JsonSerializer.Serialize(result, JsonFormat.Options));
        _standardOutput.Flush();
    }

    /// <summary>Runs work that shows bars on standard error; without a terminal they are lines, now and then.</summary>
    public Task<T> WithProgress<T>(Func<ProgressBars, Task<T>> work) => _notes.Progress()
        .AutoClear(false)
        .HideCompleted(false)
        .Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left },
            new ProgressBarColumn { Width = 28 },
            new PercentageColumn(),
            new RemainingTimeColumn(),
            new SpinnerColumn())
        .StartAsync(context => work(new ProgressBars(context)));

    /// <summary>As above, without a result.</summary>
    public Task WithProgress(Func<ProgressBars, Task> work) => WithProgress(async bars =>
    {
        await work(bars);
        return true;
    });

    private static IAnsiConsole Console(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        // What is redirected must not be folded: whoever reads a log wants whole rows and whole paths.
        if (redirected) console.Profile.Width = 4096;
        return console;
    }
}

/// <summary>The bars of one command, added as its steps come.</summary>
internal sealed class ProgressBars(ProgressContext context)
{
    /// <summary>A bar that ends at <paramref name="total"/>; without a total it only shows that work goes on.</summary>
    public ProgressTask Add(string title, double? total = null)
    {
        var task = context.AddTask(Markup.Escape(title), maxValue: Math.Max(total ?? 1, 1));
        task.IsIndeterminate = total is null;
        return task;
    }
}
