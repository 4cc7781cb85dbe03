using System.Globalization;
using Microsoft.Extensions.Options;
using UaaGan.Attacks;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Imaging;
using UaaGan.Networks;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation;

/// <summary>Checks settings as they come over the wire.</summary>
internal sealed class AttackSettingsReader(
    ModelRepository models, GeneratorRepository generators, ImageReader images, IOptions<PerturbationOptions> limits)
{
    private const int DefaultJpegQuality = 95;

    /// <summary>The attack that settings ask for.</summary>
    /// <param name="settings">Null counts as missing.</param>
    /// <param name="path">Path of the settings in the request.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT, NOT_FOUND or FAILED_PRECONDITION, with the field.</exception>
    public AttackSettings Read(PerturbSettings? settings, string path)
    {
        if (settings is null) throw FieldPath.Missing(path, "it says which attack to make");
        try
        {
            return Read(settings);
        }
        catch (FailureException failure)
        {
            throw failure.Within(path);
        }
    }

    /// <summary>The model version that a reference names.</summary>
    /// <exception cref="FailureException">INVALID_ARGUMENT or NOT_FOUND, with the field.</exception>
    public ModelCard Model(ModelReference? reference)
    {
        if (reference is null || reference.Name.Length == 0) throw FieldPath.Missing("model.name", "name a model of the repository");
        try
        {
            return models.Get(reference.Name, ModelName.ParseVersion(reference.Version));
        }
        catch (FailureException failure)
        {
            throw failure.At("model");
        }
    }

    /// <summary>The budget in a text such as 8/255.</summary>
    /// <exception cref="FailureException">INVALID_ARGUMENT, with the field.</exception>
    public static Epsilon Budget(string text)
    {
        try
        {
            return Epsilon.Parse(text);
        }
        catch (FailureException failure)
        {
            throw failure.At("epsilon");
        }
    }

    private AttackSettings Read(PerturbSettings settings)
    {
        if (settings.Method.Length == 0) throw FieldPath.Missing("method", "ListMethods names them");
        var options = AttackCatalog.ResolveAttack(settings.Method, settings.Options);
        var epsilon = Budget(settings.Epsilon);
        AttackCatalog.CheckGuide(AttackCatalog.Get(settings.Method), settings.Guide is not null);
        var card = Model(settings.Model);
        var generator = settings.Generator.Length == 0 ? null : generators.Get(settings.Generator);
        return new AttackSettings(
            card,
            new AttackRequest(settings.Method, epsilon, options.All, settings.Seed, generator?.Name, settings.Rescale, Guide(settings), Box(settings.Box)),
            generator,
            Format(settings.OutputFormat),
            JpegQuality(settings.JpegQuality),
            Ensemble(settings, card));
    }

    private List<ModelCard> Ensemble(PerturbSettings settings, ModelCard card)
    {
        AttackCatalog.CheckEnsemble(AttackCatalog.Get(settings.Method), settings.Ensemble.Count > 0);
        if (settings.Ensemble.Count > limits.Value.MaxEnsemble)
        {
            throw new FailureException(
                FailureKind.InvalidArgument, "ENSEMBLE_TOO_LARGE",
                string.Create(CultureInfo.InvariantCulture, $"ensemble has {settings.Ensemble.Count} networks; the service takes {limits.Value.MaxEnsemble} (UaaGan:Perturbation:MaxEnsemble)."))
            { Field = "ensemble" };
        }

        var cards = new List<ModelCard>();
        foreach (var (index, reference) in settings.Ensemble.Index())
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"ensemble[{index}]");
            var further = Further(reference, field);
            if (cards.Prepend(card).Any(known => known.Name == further.Name && known.Version == further.Version))
                throw new FailureException(FailureKind.InvalidArgument, "ENSEMBLE_REPEATS", $"'{further.Name}' is named twice; each network counts once.") { Field = field };
            cards.Add(further);
        }

        return cards;
    }

    private ModelCard Further(ModelReference reference, string field)
    {
        try
        {
            return Model(reference);
        }
        catch (FailureException failure)
        {
            throw failure.Retell(field);
        }
    }

    /// <summary>Decoded on the caller's thread, as there is one a call.</summary>
    private PixelImage? Guide(PerturbSettings settings) =>
        settings.Guide is null ? null : ImageReader.Read(settings.Guide, images.Limits, "guide");

    private static ImageBox? Box(Box? box)
    {
        if (box is null) return null;
        var given = new ImageBox(box.Left, box.Top, box.Width, box.Height);
        try
        {
            given.RequirePixels();
            return given;
        }
        catch (FailureException failure)
        {
            throw failure.Retell($"box.{failure.Field}");
        }
    }

    private static OutputFormat Format(OutputFormat format) => format switch
    {
        OutputFormat.Unspecified => OutputFormat.Png,
        OutputFormat.Png or OutputFormat.Raw or OutputFormat.Jpeg => format,
        _ => throw new FailureException(
            FailureKind.InvalidArgument, "OUTPUT_FORMAT_UNKNOWN", $"output_format is {(int)format}; it must be PNG (1), RAW (2) or JPEG (3).")
        { Field = "output_format" },
    };

    private static int JpegQuality(uint quality) => quality switch
    {
        0 => DefaultJpegQuality,
        <= 100 => (int)quality,
        _ => throw new FailureException(
            FailureKind.InvalidArgument, "JPEG_QUALITY_INVALID",
            string.Create(CultureInfo.InvariantCulture, $"jpeg_quality is {quality}; it must be 1 to 100, or unset for {DefaultJpegQuality}."))
        { Field = "jpeg_quality" },
    };
}
