using System.CommandLine;
using UaaGan.Cli.Evaluation;

namespace UaaGan.Cli;

/// <summary>The two files that LPIPS is measured with: given together, or neither.</summary>
internal sealed class PerceptualOptions
{
    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [Backbone, Linear];

    private Option<string?> Backbone { get; } = File(
        "--lpips-backbone",
        "Weights of VGG-16 as torchvision has them, .safetensors or .pth: measure LPIPS (version 0.1, net vgg) of each saved image against its original; needs --lpips-linear. Nothing is downloaded");

    private Option<string?> Linear { get; } = File(
        "--lpips-linear", "LPIPS's own linear layers for that network, .safetensors or .pth, such as the published weights/v0.1/vgg.pth; needs --lpips-backbone");

    /// <summary>Refuses one without the other, and a file that is not there.</summary>
    public void Check(Command command) => command.Validators.Add(result =>
    {
        foreach (var (given, missing) in (IEnumerable<(Option<string?>, Option<string?>)>)[(Backbone, Linear), (Linear, Backbone)])
        {
            if (result.GetResult(given) is null) continue;
            if (result.GetResult(missing) is null) result.AddError($"{given.Name} needs {missing.Name} beside it: LPIPS has two files of weights.");
            if (result.GetValue(given) is { } path && !System.IO.File.Exists(path)) result.AddError($"{given.Name}: there is no file '{path}'.");
        }
    });

    /// <summary>The files, hashed; null: none were given.</summary>
    public async Task<PerceptualFiles?> Read(ParseResult options, CancellationToken cancellationToken) =>
        options.GetValue(Backbone) is { } backbone && options.GetValue(Linear) is { } linear ? await PerceptualFiles.Of(backbone, linear, cancellationToken) : null;

    private static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "FILE" };
}
