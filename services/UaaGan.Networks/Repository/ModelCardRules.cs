namespace UaaGan.Networks;

/// <summary>What a card must satisfy; model.schema.json says the same to editors.</summary>
internal static class ModelCardRules
{
    private const int MostScales = 8;
    // Values of 0 to 255 have means and deviations of that size; beyond 1000, or below 1e-6, float32 loses the image.
    private const double LargestLevel = 1000, SmallestDeviation = 1e-6;
    private const int SmallestSide = 8, LargestSide = 4096, LargestBatch = 1024, LargestDimension = 65536, LongestText = 4096, LongestFileName = 255;

    /// <exception cref="Failures.FailureException">InvalidArgument MODEL_NAME_INVALID or MODEL_CARD_INVALID, with the field.</exception>
    public static void Check(ModelCard card)
    {
        ModelName.Check(card.Name);
        Require(card.Version >= 1, "version", "must be at least 1");
        Require(ModelForm.Architectures.Contains(card.Architecture), "architecture",
            $"is '{card.Architecture}'; known are {string.Join(", ", ModelForm.Architectures)}");
        var form = ModelForm.Of(card.Architecture);
        CheckFile(card.Weights, "weights", Path.GetExtension(form.FileName));
        Require(card.FeatureDimension is >= 1 and <= LargestDimension, "feature_dimension", $"must be 1 to {LargestDimension}");
        CheckGeometry(card);
        Require(card.Mean.Count == 3 && card.Mean.All(value => value is >= -LargestLevel and <= LargestLevel),
            "mean", $"must be three numbers from -{LargestLevel} to {LargestLevel}, for values 0 to 1");
        Require(card.Std.Count == 3 && card.Std.All(value => value is >= SmallestDeviation and <= LargestLevel),
            "std", $"must be three numbers from 0.000001 to {LargestLevel}, for values 0 to 1");
        Require(Enum.IsDefined(card.Pooling), "pooling", "must be avg, mac, gem or rmac");
        Require(card.GemP is > 0 and <= 100, "gem_p", "must be greater than 0 and at most 100");
        CheckFusion(card);
        Require(card.Engine == form.Engine, "engine", $"is '{card.Engine}'; {card.Architecture} runs in {form.Engine}");
        Require(card.DataType is ModelCard.Float32DataType or ModelCard.BFloat16DataType, "data_type",
            $"is '{card.DataType}'; known are {ModelCard.Float32DataType} and {ModelCard.BFloat16DataType}");
        Require(card.DataType == ModelCard.Float32DataType || form.Engine == ModelCard.LibtorchEngine, "data_type",
            $"is '{card.DataType}', which {form.Engine} does not run; use {ModelCard.Float32DataType}");
        Require(card.BatchSizes.Count is >= 1 and <= 32 && card.BatchSizes[0] >= 1 && card.BatchSizes[^1] <= LargestBatch
                && card.BatchSizes.Zip(card.BatchSizes.Skip(1)).All(pair => pair.First < pair.Second),
            "batch_sizes", $"must be 1 to 32 ascending numbers from 1 to {LargestBatch}");
        Require(IsText(card.Licence, LongestText), "licence", $"must have at most {LongestText} characters");
        Require(IsText(card.Source, LongestText), "source", $"must have at most {LongestText} characters");
        Require(card.Check is null || card.Check.Feature.Count == card.FeatureDimension && card.Check.Feature.All(float.IsFinite),
            "check.feature", "must have feature_dimension finite components");
    }

    private static void CheckGeometry(ModelCard card)
    {
        Require(card.Input.Height is >= SmallestSide and <= LargestSide && card.Input.Width is >= SmallestSide and <= LargestSide,
            "input", $"must have sides of {SmallestSide} to {LargestSide} pixels");
        Require(Enum.IsDefined(card.Resize), "resize", "must be nearest, bilinear or none");
        Require(card.Pad.Count == 4 && card.Pad.All(side => side >= 0), "pad", "must be four numbers from 0: left, top, right, bottom");
        Require((long)card.Pad[0] + card.Pad[2] < card.Input.Width && (long)card.Pad[1] + card.Pad[3] < card.Input.Height,
            "pad", "must leave room for the image within the input");
        Require(Enum.IsDefined(card.ChannelOrder), "channel_order", "must be rgb or bgr");
        if (card.ShortSide is not { } side) return;
        Require(side <= LargestSide && side >= card.Input.Height - card.Pad[1] - card.Pad[3] && side >= card.Input.Width - card.Pad[0] - card.Pad[2],
            "short_side", $"must be at least as long as both sides of what is cut out of the image, and at most {LargestSide}");
        Require(card.Resize != ResizeMode.None, "short_side", "needs a resize");
    }

    private static void CheckFile(WeightsFile file, string field, string extension)
    {
        Require(IsFileName(file.File) && file.File.EndsWith(extension, StringComparison.Ordinal),
            $"{field}.file", $"must be a file name ending in {extension}, of at most {LongestFileName} characters, without a folder");
        Require(IsSha256(file.Sha256), $"{field}.sha256", "must be 64 lower-case hexadecimal digits");
        if (file.Original is not { } original) return;
        Require(IsFileName(original.File), $"{field}.original.file", $"must be a file name of at most {LongestFileName} characters, without a folder");
        Require(IsSha256(original.Sha256), $"{field}.original.sha256", "must be 64 lower-case hexadecimal digits");
    }

    private static bool IsFileName(string text) => text.Length > 0 && IsText(text, LongestFileName) && !text.AsSpan().ContainsAny('/', '\0');

    // A character is a code point, as in JSON schemas.
    private static bool IsText(string? text, int longest) => text is null || text.EnumerateRunes().Count() <= longest;

    private static void CheckFusion(ModelCard card)
    {
        Require(card.Scales.Count is >= 1 and <= MostScales && card.Scales.Distinct().Count() == card.Scales.Count,
            "scales", $"must be 1 to {MostScales} different numbers");
        Require(card.Scales.All(scale => IsSide(card.Input.Height * scale) && IsSide(card.Input.Width * scale)),
            "scales", $"must make sides of {SmallestSide} to {LargestSide} pixels of the input's");
        if (card.Whitening is not null) CheckFile(card.Whitening, "whitening", ".safetensors");
        Require(card.L2Normalise || card is { Scales.Count: 1, Flip: false, Whitening: null },
            "l2_normalise", "must be true with several scales, flip or whitening");

        static bool IsSide(double side) => side is >= SmallestSide and <= LargestSide;
    }

    private static bool IsSha256(string text) => text.Length == 64 && text.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f');

    private static void Require(bool holds, string field, string what)
    {
        if (!holds) throw ModelFailure.CardInvalid(field, what);
    }
}
