using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>A generator's weight file: its tensors by name, and its form as notes.</summary>
internal static class GeneratorWeights
{
    public static byte[] Write(PerturbationGenerator generator)
    {
        using var scope = NewDisposeScope();
        return TensorArchive.Write(Named(generator), Notes(generator.Form));
    }

    /// <summary>Builds the generator of the file, frozen.</summary>
    /// <param name="generator">The file.</param>
    /// <param name="device">Where it is to run; null: the CPU.</param>
    /// <exception cref="UaaGan.Failures.FailureException">GENERATOR_DAMAGED.</exception>
    public static PerturbationGenerator Read(TrainedGenerator generator, Device? device = null)
    {
        Dictionary<string, Tensor> tensors;
        PerturbationGenerator? module = null;
        using var scope = NewDisposeScope();
        try
        {
            (tensors, var notes) = TensorArchive.Read(generator.Weights.Span);
            module = Build(Form(notes));
            Load(module, tensors);
            module.eval();
            module.to(device ?? CPU);
            foreach (var parameter in module.parameters())
            {
                parameter.requires_grad_(false);
                parameter.DetachFromDisposeScope();
            }

            return module;
        }
        catch (Exception exception) when (exception is FormatException or KeyNotFoundException or ArgumentException)
        {
            module?.Dispose();
            throw AttackFailure.GeneratorDamaged(generator.Record.Name, "its weights do not fit its form", exception);
        }
    }

    /// <summary>A generator whose parameters outlive the scope it is made in.</summary>
    public static PerturbationGenerator Build(GeneratorForm form, ScalarType dataType = ScalarType.Float32)
    {
        var module = new PerturbationGenerator(form);
        module.to(dataType);
        foreach (var parameter in module.parameters())
            parameter.DetachFromDisposeScope();
        return module;
    }

    /// <summary>A module's parameters by name.</summary>
    public static Dictionary<string, Tensor> Named(nn.Module module, string prefix = "") =>
        module.named_parameters().ToDictionary(pair => prefix + pair.name, pair => (Tensor)pair.parameter, StringComparer.Ordinal);

    /// <summary>Copies tensors into a module's parameters.</summary>
    /// <exception cref="FormatException">One is missing or has another shape.</exception>
    public static void Load(nn.Module module, IReadOnlyDictionary<string, Tensor> tensors, string prefix = "")
    {
        using var gradients = no_grad();
        foreach (var (name, parameter) in module.named_parameters())
        {
            if (!tensors.TryGetValue(prefix + name, out var stored) || !stored.shape.AsSpan().SequenceEqual(parameter.shape))
                throw new FormatException($"tensor {prefix + name} is missing or has another shape");
            parameter.copy_(stored);
        }
    }

    private static Dictionary<string, string> Notes(GeneratorForm form) => new()
    {
        ["width"] = form.Width.ToString(CultureInfo.InvariantCulture),
        ["blocks"] = form.Blocks.ToString(CultureInfo.InvariantCulture),
        ["unshuffle"] = form.Unshuffle.ToString(CultureInfo.InvariantCulture),
        ["bound"] = form.Bound.ToString(),
        ["texture_floor"] = form.TextureFloor.ToString("R", CultureInfo.InvariantCulture),
        ["masked"] = form.Masked.ToString(),
        ["map_channels"] = form.MapChannels.ToString(CultureInfo.InvariantCulture),
        ["second_blocks"] = form.SecondBlocks.ToString(CultureInfo.InvariantCulture),
        ["second_gradient"] = form.SecondGradient.ToString(),
        ["image_height"] = (form.ImageSize?.Height ?? 0).ToString(CultureInfo.InvariantCulture),
        ["image_width"] = (form.ImageSize?.Width ?? 0).ToString(CultureInfo.InvariantCulture),
    };

    private static GeneratorForm Form(Dictionary<string, string> notes) => new(
        int.Parse(notes["width"], CultureInfo.InvariantCulture),
        int.Parse(notes["blocks"], CultureInfo.InvariantCulture),
        int.Parse(notes["unshuffle"], CultureInfo.InvariantCulture),
        Enum.Parse<PerturbationBound>(notes["bound"]),
        double.Parse(notes["texture_floor"], CultureInfo.InvariantCulture),
        // Generators of before there were masks, maps, sizes and second looks do not say.
        Flag("masked", notes),
        Number("map_channels", notes),
        Number("second_blocks", notes),
        Flag("second_gradient", notes),
        (Number("image_height", notes), Number("image_width", notes)) is ( > 0, > 0) size ? size : null);

    private static bool Flag(string name, Dictionary<string, string> notes) => notes.TryGetValue(name, out var flag) && bool.Parse(flag);

    private static int Number(string name, Dictionary<string, string> notes) =>
        notes.TryGetValue(name, out var number) ? int.Parse(number, CultureInfo.InvariantCulture) : 0;
}
