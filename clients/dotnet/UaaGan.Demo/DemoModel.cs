using System.Reflection;

namespace UaaGan.Demo;

/// <summary>The target networks that this assembly carries, trained by UaaGan.Demo.Networks.</summary>
internal static class DemoModel
{
    public static readonly IReadOnlyList<string> Files = ["model.json", "weights.safetensors"];

    public static Stream Open(DemoScenario scenario, string file) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream($"{scenario.ModelName}/{file}")
        ?? throw new InvalidOperationException($"This build carries no {file} for {scenario.ModelName}.");

    public static void Write(DemoScenario scenario, string modelsFolder)
    {
        string folder = Path.Combine(modelsFolder, scenario.ModelName, "1");
        Directory.CreateDirectory(folder);
        foreach (string file in Files)
        {
            string final = Path.Combine(folder, file), temporary = final + ".partial";
            using (Stream source = Open(scenario, file))
            using (FileStream target = File.Create(temporary))
            {
                source.CopyTo(target);
                target.Flush(flushToDisk: true);
            }

            File.Move(temporary, final, overwrite: true);
        }
    }
}
