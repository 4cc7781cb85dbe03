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
    ModelRepository models, GeneratorRepository generators, ImageReader images, RemoteFeatureService remote, IOptions<PerturbationOptions> limits)
{
    private const int DefaultJpegQuality = 95;

    /// <summary>The attack that settings ask for.</summary>
    /// <param name="settings">Null counts as missing.</param>
    /// <param name="path">Path of the settings in the request.</param>
    /// <param name="cancellation">The call's token.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION or UNAVAILABLE, with the field.</exception>
    public async Task<AttackSettings> ReadAsync(PerturbSettings? settings, string path, CancellationToken cancellation)
    {
        if (settings is null) throw FieldPath.Missing(path, "it says which attack to make");
        try
        {
            return await ReadAsync(settings, cancellation);
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

    private async Task<AttackSettings> ReadAsync(PerturbSettings settings, CancellationToken cancellation)
    {
        if (settings.Method.Length == 0) throw FieldPath.Missing("method", "ListMethods names them");
        var options = AttackCatalog.ResolveAttack(settings.Method, settings.Options);
        var epsilon = Budget(settings.Epsilon);
        AttackCatalog.CheckGuide(AttackCatalog.Get(settings.Method), settings.Guide is not null);
        var target = await TargetAsync(settings, cancellation);
        if (settings.Saliency) RequireGradient(target);
        var generator = settings.Generator.Length == 0 ? null : generators.Get(settings.Generator);
        return new AttackSettings(
            target,
            new AttackRequest(settings.Method, epsilon, options.All, settings.Seed, generator?.Name, settings.Rescale, Guide(settings), Box(settings.Box)),
            generator,
            Format(settings.OutputFormat),
            JpegQuality(settings.JpegQuality),
            Ensemble(settings, target),
            settings.Saliency);
    }

    private static void RequireGradient(AttackTarget target)
    {
        if (target.Card is null)
            throw new FailureException(FailureKind.FailedPrecondition, "MODEL_IS_BLACK_BOX", "A model of another service has no gradients, which saliency needs.") { Field = "saliency" };
        TrainingSession.CheckTarget(target.Card);
    }

    private async Task<AttackTarget> TargetAsync(PerturbSettings settings, CancellationToken cancellation)
    {
        if (!remote.IsGiven || AttackCatalog.Get(settings.Method).NeedsGradient)
        {
            var card = Model(settings.Model);
            return new AttackTarget(TargetIdentity.Of(card), card.FeatureDimension, card);
        }

        if (settings.Model is not { Name.Length: > 0 }) throw FieldPath.Missing("model.name", "name a model of the FeatureExtraction service");
        var model = await remote.GetModelAsync(settings.Model, cancellation);
        return new AttackTarget(new TargetIdentity(model.Name, model.Version, model.WeightsSha256), (int)model.FeatureDimension, null);
    }

    private List<ModelCard> Ensemble(PerturbSettings settings, AttackTarget target)
    {
        AttackCatalog.CheckEnsemble(AttackCatalog.Get(settings.Method), settings.Ensemble.Count > 0);
        if (target.IsRemote && settings.Ensemble.Count > 0)
            throw new FailureException(FailureKind.InvalidArgument, "ENSEMBLE_UNEXPECTED", "A model of another service is attacked alone; leave the ensemble out.") { Field = "ensemble" };
        return Ensemble(settings.Ensemble, target.Identity);
    }

    /// <summary>The further networks of an attack or a training.</summary>
    /// <param name="references">As the caller names them.</param>
    /// <param name="first">The network that they stand beside.</param>
    /// <exception cref="FailureException">ENSEMBLE_TOO_LARGE, ENSEMBLE_REPEATS; or why one can't be had.</exception>
    public List<ModelCard> Ensemble(IReadOnlyList<ModelReference> references, TargetIdentity first)
    {
        if (references.Count > limits.Value.MaxEnsemble)
        {
            throw new FailureException(
                FailureKind.InvalidArgument, "ENSEMBLE_TOO_LARGE",
                string.Create(CultureInfo.InvariantCulture, $"ensemble has {references.Count} networks; the service takes {limits.Value.MaxEnsemble} (UaaGan:Perturbation:MaxEnsemble)."))
            { Field = "ensemble" };
        }

        var cards = new List<ModelCard>();
        foreach (var (index, reference) in references.Index())
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"ensemble[{index}]");
            var further = Further(reference, field);
            if (cards.Select(TargetIdentity.Of).Prepend(first).Any(known => known == TargetIdentity.Of(further)))
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
