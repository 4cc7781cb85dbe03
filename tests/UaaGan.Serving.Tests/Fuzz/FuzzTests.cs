using Google.Protobuf;
using Grpc.Core;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;
using UaaGan.Protos.Inference;
using UaaGan.Serving.Tests.Support;

namespace UaaGan.Serving.Tests.Fuzz;

/// <summary>
/// Damaged messages and images against running services: 18,000 with UAAGAN_FULL=1, else 1,800. Each is answered, and none with a status
/// that blames the service; the service lives, answers a good call after, and has grown no larger.
/// </summary>
public class FuzzTests
{
    private const int MessagesPerService = 200, Images = 400, Passes = 3;
    private const double Growth = 1.10;

    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(60);

    // What may be said of a damaged request; of the rest, UNKNOWN and INTERNAL are faults of the service, DEADLINE_EXCEEDED is a hang.
    private static readonly StatusCode[] Right =
    [
        StatusCode.OK, StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.AlreadyExists, StatusCode.FailedPrecondition, StatusCode.ResourceExhausted,
    ];

    private static int Times => Environment.GetEnvironmentVariable("UAAGAN_FULL") == "1" ? 10 : 1;

    [Fact]
    public Task FeatureExtraction_answers_damaged_messages() => FuzzMessagesAsync("UaaGan.FeatureExtraction", GoodCalls.FeatureExtraction, good: "StreamExtract");

    [Fact]
    public Task Perturbation_answers_damaged_messages() => FuzzMessagesAsync("UaaGan.Perturbation", GoodCalls.Perturbation, good: "StreamPerturb");

    [Fact]
    public Task RetrievalScoring_answers_damaged_messages() => FuzzMessagesAsync("UaaGan.RetrievalScoring", GoodCalls.RetrievalScoring, good: "StreamUpsert", before: "CreateGallery");

    [Fact]
    public Task FeatureExtraction_answers_damaged_inference() => FuzzMessagesAsync("UaaGan.FeatureExtraction", GoodCalls.FeatureInference, good: "ModelInfer");

    [Fact]
    public Task Perturbation_answers_damaged_inference() => FuzzMessagesAsync("UaaGan.Perturbation", GoodCalls.PerturbationInference, good: "ModelInfer");

    [Theory]
    [InlineData("UaaGan.FeatureExtraction")]
    [InlineData("UaaGan.Perturbation")]
    public async Task Tensors_that_contradict_themselves_are_refused(string project)
    {
        using var models = new TinyModels();
        await using var service = await BuiltService.StartAsync(project, models.State, SteadyMemory.Environment, "--UaaGan:TorchThreads=1");
        var calls = project == "UaaGan.Perturbation" ? GoodCalls.PerturbationInference : GoodCalls.FeatureInference;
        RawMethod[] infers = [.. calls.Where(method => method.Descriptor.Name == "ModelInfer")];
        foreach (var infer in infers) await AnswersAsync(service, infer);

        await RunAsync(service, MessagesPerService * Times, async number =>
        {
            var random = new Random(number);
            var (infer, fault) = (infers[number % infers.Length], InferFaults.All[number / infers.Length % InferFaults.All.Count]);
            var request = ModelInferRequest.Parser.ParseFrom(infer.Requests[0]);
            fault.Apply(request, random);
            var (status, _) = await infer.CallAsync(service.Channel.CreateCallInvoker(), [request.ToByteArray()], DateTime.UtcNow + CallLimit);
            Assert.True(status.StatusCode == StatusCode.InvalidArgument, $"case {number}, {fault.Name}, form {number % infers.Length}: {status}");
            Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(status.Detail), 1, 1024);
        });

        foreach (var infer in infers) await AnswersAsync(service, infer);
    }

    [Fact]
    public async Task FeatureExtraction_answers_damaged_images()
    {
        using var models = new TinyModels();
        await using var service = await BuiltService.StartAsync("UaaGan.FeatureExtraction", models.State, SteadyMemory.Environment, "--UaaGan:TorchThreads=1");
        var method = GoodCalls.FeatureExtraction.Single(one => one.Descriptor.Name == "Extract");
        byte[][] files = [.. ImageFiles.Formats.Select(ImageFiles.Make)];
        var statuses = new HashSet<StatusCode>();

        await RunAsync(service, Images * Times, async number =>
        {
            var random = new Random(number);
            byte[] file = Mutator.Apply(files[number % files.Length], random);
            var request = new ExtractRequest { Model = new ModelReference { Name = TinyModels.Model }, Image = new Image { Encoded = ByteString.CopyFrom(file) } };
            var (status, _) = await method.CallAsync(service.Channel.CreateCallInvoker(), [request.ToByteArray()], DateTime.UtcNow + CallLimit);
            statuses.Add(status.StatusCode);
            Assert.True(status.StatusCode is StatusCode.OK or StatusCode.InvalidArgument, $"image {number}, {ImageFiles.Formats[number % files.Length]}: {status}");
        });

        // Some damage is in pixels only, some is none that can be read.
        Assert.Equal([StatusCode.OK, StatusCode.InvalidArgument], statuses.Order());
        await AnswersAsync(service, method);
    }

    private static async Task FuzzMessagesAsync(string project, RawMethod[] methods, string good, string? before = null)
    {
        using var models = new TinyModels();
        await using var service = await BuiltService.StartAsync(project, models.State, SteadyMemory.Environment);
        if (before is not null) await AnswersAsync(service, methods.Single(method => method.Descriptor.Name == before));
        RawMethod[] goodOnes = [.. methods.Where(method => method.Descriptor.Name == good)];
        foreach (var method in goodOnes) await AnswersAsync(service, method);

        await RunAsync(service, MessagesPerService * Times, async number =>
        {
            var random = new Random(number);
            var method = methods[number % methods.Length];
            byte[][] requests = [.. method.Requests];
            int damaged = random.Next(requests.Length);
            requests[damaged] = Mutator.Apply(requests[damaged], random);
            var (status, items) = await method.CallAsync(service.Channel.CreateCallInvoker(), requests, DateTime.UtcNow + CallLimit);
            Assert.True(
                items.Append(status.StatusCode).All(code => Right.Contains(code)),
                $"case {number}, {method.Descriptor.Name}, message {damaged} ({Convert.ToHexString(requests[damaged])}): {status}, items {string.Join(", ", items)}");
        });

        foreach (var method in goodOnes) await AnswersAsync(service, method);
    }

    /// <summary>
    /// Runs the cases; fails when the service goes on growing. A heap also grows once, when it gets what it had not met before, by as much as a small leak
    /// does over all cases: what was found larger is given the same cases again, over which a leak grows by as much again and a heap does not.
    /// </summary>
    private static async Task RunAsync(BuiltService service, int cases, Func<int, Task> run)
    {
        List<string> told = [];
        double allowed = 0;
        while (told.Count < Passes)
        {
            List<long> memory = [];
            for (int number = 0; number < cases; number++)
            {
                await run(number);
                if ((number + 1) % (cases / 20) == 0) memory.Add(service.OwnBytes);
            }

            // From the middle on everything has been met once; a single reading also holds what the collector had not got to.
            long early = memory[8..12].Max(), late = memory[16..].Min();
            if (told.Count == 0) allowed = early * (Growth - 1);
            told.Add($"{early >> 10} KiB at most in the middle, {late >> 10} KiB at least at the end");
            TestContext.Current.TestOutputHelper?.WriteLine(told[^1]);
            if (late - early <= allowed) return;
        }

        Assert.Fail($"The service grew by over {(long)allowed >> 10} KiB from the middle of its cases to their end, each time: {string.Join("; ", told)}.");
    }

    private static async Task AnswersAsync(BuiltService service, RawMethod method)
    {
        var (status, items) = await method.CallAsync(service.Channel.CreateCallInvoker(), method.Requests, DateTime.UtcNow + CallLimit);
        Assert.True(status.StatusCode == StatusCode.OK && items.Count == 0, $"{method.Descriptor.Name}: {status}, items {string.Join(", ", items)}");
    }
}
