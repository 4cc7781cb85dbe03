using System.CommandLine;

namespace UaaGan.Cli;

/// <summary><c>--manifest</c>: a second run with every setting of a first one, so that no other option has a say.</summary>
internal static class ManifestOption
{
    public static Option<string?> Create(string command) => new("--manifest")
    {
        Description = $"Repeat the {command} of this manifest.json: every setting comes from it, and the run is refused when a model, a generator or an image is no longer the same. Only --out and --replace stand beside it",
        HelpName = "FILE",
    };

    /// <summary>An option that is required unless the manifest answers it; see <see cref="Answers"/>.</summary>
    public static Option<T> RequiredWithoutManifest<T>(this Option<T> option)
    {
        option.Required = false;
        option.Description += " [required without --manifest]";
        return option;
    }

    /// <summary>Refuses options beside the manifest, and without it the lack of those that it would have answered.</summary>
    /// <param name="manifest">The option.</param>
    /// <param name="command">Its command, with all of its options.</param>
    /// <param name="needed">What is required without a manifest.</param>
    /// <param name="beside">What the manifest does not answer.</param>
    public static void Answers(this Option<string?> manifest, Command command, IReadOnlyList<Option> needed, IReadOnlyList<Option> beside)
    {
        command.Validators.Add(result =>
        {
            if (result.GetResult(manifest) is null)
            {
                foreach (var option in needed.Where(option => result.GetResult(option) is null)) result.AddError($"Option '{option.Name}' is required.");
                return;
            }

            foreach (var option in command.Options.Where(option => option != manifest && !beside.Contains(option) && result.GetResult(option) is { Implicit: false }))
                result.AddError($"{option.Name} does not go with --manifest, which has every setting; give {string.Join(" and ", beside.Select(other => other.Name))} alone beside it.");
        });
    }
}
