// Attacks every image of a folder (a sub-folder a class) with PGD and says what is left of the retrieval.
using System.Globalization;
using UaaGan.Client;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Protos.Retrieval.V1;

if (args.Length != 5)
{
    await Console.Error.WriteLineAsync("usage: attack-folder FOLDER MODEL FEATURES PERTURBATION SCORING, the last three as http://host:port");
    return 2;
}

var (folder, model) = (args[0], new ModelReference { Name = args[1] });
using var features = new FeatureClient(new Uri(args[2]));
using var perturbation = new PerturbationClient(new Uri(args[3]));
using var scoring = new ScoringClient(new Uri(args[4]));
var attack = new PerturbSettings { Model = model, Method = "pgd", Epsilon = "8/255", Seed = 1 };
try
{
    var clean = await Features(Images());
    var adversarial = await Features(Twins());
    var settings = new EvaluateSettings { Protocol = Protocol.LeaveOneOut, Attacks = { attack.Method }, BootstrapSamples = 1000, Seed = 1 };
    var score = await scoring.Evaluate(settings, Items(clean, adversarial).ToAsyncEnumerable());
    Print($"queries  {score.Clean.ValidQueries}");
    Print($"clean    mAP {score.Clean.MeanAveragePrecision.Value:F4}  rank-1 {score.Clean.Rank1.Value:F4}");
    var (metrics, lost) = (score.Attacks[0].Metrics, score.Attacks[0].MapLost);
    Print($"{attack.Method,-8} mAP {metrics.MeanAveragePrecision.Value:F4}  rank-1 {metrics.Rank1.Value:F4}  lost {lost.Value:F4}");
    return 0;
}
catch (Exception exception) when (exception is UaaGanClientException or IOException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}

IAsyncEnumerable<ImageInput> Images() => ImageInput.FromFiles(
    Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(path => (Path.GetRelativePath(folder, path).Replace('\\', '/'), path)));

// The clean images stream through one service, and their twins on to the other.
async IAsyncEnumerable<ImageInput> Twins()
{
    await foreach (var twin in perturbation.StreamPerturb(attack, Images()))
        yield return ImageInput.FromBytes(twin.Id, twin.Value.Image.Encoded.Memory);
}

async Task<List<(string Id, Feature Feature)>> Features(IAsyncEnumerable<ImageInput> images)
{
    var rows = new List<(string, Feature)>();
    await foreach (var outcome in features.StreamExtract(model, images)) rows.Add((outcome.Id, outcome.Value));
    return rows;
}

static IEnumerable<EvaluationItem> Items(List<(string Id, Feature Feature)> clean, List<(string Id, Feature Feature)> adversarial)
{
    foreach (var role in (EvaluationRole[])[EvaluationRole.Gallery, EvaluationRole.Query])
    {
        foreach (var (id, feature) in clean)
            yield return new EvaluationItem { Id = id, Role = role, Identity = id.Split('/')[0], Feature = feature };
    }

    foreach (var (id, feature) in adversarial) yield return new EvaluationItem { Id = id, Role = EvaluationRole.AdversarialQuery, Feature = feature };
}

static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
