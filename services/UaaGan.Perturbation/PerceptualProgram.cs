using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using UaaGan.Failures;
using UaaGan.Imaging;
using UaaGan.Networks;

namespace UaaGan.Perturbation;

/// <summary>
/// LPIPS for a program without torch, such as the command line, of image files as they were saved: run with the one argument
/// <c>lpips</c>, this executable answers each line of standard input, a JSON object, with one on standard output. The first names the two
/// weights files, <c>{"backbone", "linear"}</c>, and is answered <c>{}</c>; each later one two image files, <c>{"original", "changed"}</c>,
/// and is answered <c>{"distance"}</c>, null for images that have none (<see cref="LearnedPerceptualSimilarity.Compute"/>).
/// </summary>
internal static class PerceptualProgram
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Answers lines until there are no more, or one fails.</summary>
    /// <returns>The exit code: 0, or 1 with <c>{"error": {"kind", "reason", "message"}}</c> as the last answer.</returns>
    public static int Run(TextReader input, TextWriter output)
    {
        try
        {
            LibTorch.LoadNamed();
            if (input.ReadLine() is not { } first) return 0;
            var weights = Read<Weights>(first);
            using var similarity = LearnedPerceptualSimilarity.Load(weights.Backbone, weights.Linear);
            Answer([]);
            while (input.ReadLine() is { } line)
            {
                var pair = Read<Pair>(line);
                Answer(new JsonObject { ["distance"] = similarity.Compute(Decode(pair.Original), Decode(pair.Changed)) });
            }

            return 0;
        }
        catch (FailureException failure)
        {
            return Fail(failure);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Fail(new FailureException(FailureKind.NotFound, "FILE_NOT_READABLE", $"A file can't be read: {exception.Message}"));
        }

        void Answer(JsonObject answer)
        {
            output.WriteLine(answer.ToJsonString());
            output.Flush();
        }

        int Fail(FailureException failure)
        {
            Answer(new JsonObject { ["error"] = FailureJson.Write(failure) });
            return 1;
        }
    }

    private static PixelImage Decode(string path)
    {
        try
        {
            return ImageDecoder.Decode(File.ReadAllBytes(path), ImageLimits.Default);
        }
        catch (FailureException failure)
        {
            throw failure.Retell(failure.Field, $"'{path}': {failure.Message}");
        }
    }

    private static T Read<T>(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, Format) ?? throw BadRequest("it is null");
        }
        catch (JsonException exception)
        {
            throw BadRequest(exception.Message);
        }
    }

    private static FailureException BadRequest(string what) => new(FailureKind.InvalidArgument, "REQUEST_INVALID", $"The line is not understood: {what}.");

    private sealed record Weights(string Backbone, string Linear);

    private sealed record Pair(string Original, string Changed);
}
