using System.Diagnostics;
using System.Text.Json.Nodes;
using UaaGan.Cli.Evaluation;
using UaaGan.Client;
using UaaGan.Imaging;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Cli.Tests;

/// <summary>The command line against the real services.</summary>
public sealed class SuiteTests(Suite suite) : IClassFixture<Suite>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Evaluate_measures_what_it_saved_and_a_second_run_gives_the_same_numbers()
    {
        var first = (await Evaluate("first")).Ends(ExitCodes.Success).Json;
        var second = (await Evaluate("second")).Ends(ExitCodes.Success).Json;

        Assert.Equal(("tiny", "leave-one-out", 24), ((string?)first["model"], (string?)first["protocol"], (int)first["clean"]!["queries"]!));
        Assert.Equal(["random-sign", "uaa-gan", "pgd"], first["attacks"]!.AsArray().Select(attack => (string?)attack!["method"]));
        var clean = (double)first["clean"]!["mean_average_precision"]!;
        var chance = (double)first["chance_mean_average_precision"]!;
        Assert.InRange(clean, chance + 0.1, 1);
        foreach (var attack in first["attacks"]!.AsArray())
        {
            Assert.Equal("8/255", (string?)attack!["epsilon"]);
            var lost = (clean - (double)attack["mean_average_precision"]!) / (clean - chance);
            Assert.Equal(lost, (double)attack["map_lost"]!, 1e-9);
            var interval = attack["intervals"]!["map_lost"]!.AsArray();
            Assert.InRange(lost, (double)interval[0]! - 1e-9, (double)interval[1]! + 1e-9);
            Assert.NotNull(attack["map_lost_swapped"]);
            Assert.Equal(2, attack["intervals"]!["map_lost_swapped"]!.AsArray().Count);
            Assert.InRange((double)attack["rank1"]!, 0, (double)attack["rank5"]!);
            Assert.True((double)attack["milliseconds_per_image"]! > 0);
            RequireQualityOfTheFiles(attack.AsObject(), Path.Combine(_folder["first"], "images", (string?)attack["generator"] is { } g ? $"uaa-gan-{g}" : (string)attack["method"]!));
        }

        Assert.True((double)first["attacks"]![2]!["map_lost"]! > (double)first["attacks"]![0]!["map_lost"]!, "PGD takes no more than noise");
        Assert.Equal(WithoutTimings(first), WithoutTimings(second));
        Assert.Equal(Run("first"), Run("second"));
        Assert.Equal(first.ToJsonString(), JsonNode.Parse(File.ReadAllText(Path.Combine(_folder["first"], "report.json")))!.ToJsonString());
        Assert.Contains("<h2", File.ReadAllText(Path.Combine(_folder["first"], "report.html")), StringComparison.Ordinal);

        var manifest = Manifest("first");
        Assert.True((bool)manifest["complete"]!);
        Assert.Equal("evaluate", (string?)manifest["arguments"]![0]);
        Assert.Equal("20", (string?)manifest["run"]!["attacks"]![2]!["options"]!["steps"]);
    }

    [Fact]
    public async Task A_query_that_a_generator_was_trained_on_fails_the_run_unless_it_is_allowed()
    {
        var mixed = _folder.WriteClasses("mixed", 2, 2);
        // As another file of the same pixels.
        File.Copy(Path.Combine(suite.Training, "3.png"), Path.Combine(mixed, "class1", "known.png"));
        string[] line = ["evaluate", "--model", "tiny", "--data", mixed, "--protocol", "leave-one-out", "--attack", "uaa-gan:g", "--epsilon", "8/255", "--bootstrap", "0"];
        var refused = (await suite.Run([.. line, "--out", _folder["refused"]])).Ends(ExitCodes.Failure);
        Assert.Contains("query 'class1/known.png' is one of the images that generator 'g' was trained on", refused.Errors, StringComparison.Ordinal);

        (await suite.Run([.. line, "--allow-trained-queries", "--out", _folder["allowed"]])).Ends(ExitCodes.Success);
    }

    [Fact]
    public async Task A_landmark_query_is_cut_to_its_box_and_scored_by_its_lists()
    {
        var data = _folder.WriteClasses("landmarks/jpg", 2, 4, 48, 40);
        foreach (var (from, to) in Directory.GetFiles(data, "*.png", SearchOption.AllDirectories).Select(file => (file, Path.Combine(data, $"{Path.GetFileName(Path.GetDirectoryName(file))}_{Path.GetFileName(file)}"))))
            File.Move(from, to);
        // Written as the published pickles are, in protocol 0.
        string[] lists = ["(I0\nI1\nl", "(I2\nl", "(I3\nl"];
        string Query(string[] of) => $"(dS'bbx'\n(lI4\naF2.5\naI44\naI36\nasS'easy'\n{of[0]}sS'hard'\n{of[1]}sS'junk'\n{of[2]}s";
        string Names(params string[] names) => $"(l{string.Concat(names.Select(name => $"S'{name}'\na"))}";
        _folder.Write("landmarks/gnd_tiny.pkl", System.Text.Encoding.ASCII.GetBytes(
            $"(dS'imlist'\n{Names("class0_0", "class0_1", "class0_2", "class1_0", "class1_1")}sS'qimlist'\n{Names("class0_3", "class1_3")}sS'gnd'\n(l{Query(lists)}a{Query(["(I3\nl", "(I4\nl", "(l"])}as."));

        var result = (await suite.Run(
            "evaluate", "--model", "tiny", "--data", _folder["landmarks"], "--protocol", "revisited-medium", "--attack", "random-sign", "--epsilon", "8/255", "--bootstrap", "0",
            "--json", "--out", _folder["cut"])).Ends(ExitCodes.Success).Json;

        Assert.Equal(("revisited-medium", 2), ((string?)result["protocol"], (int)result["clean"]!["queries"]!));
        Assert.StartsWith("trapezoid", (string?)result["rules"]!["average_precision"], StringComparison.Ordinal);
        Assert.Equal("junk rows are left out", (string?)result["rules"]!["junk"]);
        var query = ImageDecoder.Decode(File.ReadAllBytes(Path.Combine(_folder["cut"], "images", "queries", "class0_3.png")), ImageLimits.Default);
        var whole = ImageDecoder.Decode(File.ReadAllBytes(Path.Combine(data, "class0_3.png")), ImageLimits.Default);
        // The upper edge, 2.5, is rounded half to even.
        Assert.Equal((40, 34), (query.Width, query.Height));
        Assert.Equal(whole.Pixels.Slice(((2 * 48) + 4) * 3, 40 * 3), query.Pixels[..(40 * 3)]);
        var saved = ImageDecoder.Decode(File.ReadAllBytes(Path.Combine(_folder["cut"], "images", "random-sign", "class0_3.png")), ImageLimits.Default);
        Assert.Equal((40, 34), (saved.Width, saved.Height));
        Assert.NotNull(result["attacks"]![0]!["effect"]!["kendall_tau"]);
        Assert.Equal(["1", "5", "10"], result["clean"]!["detail"]!["mean_precision_at"]!.AsObject().Select(pair => pair.Key));
    }

    [Theory]
    [InlineData("cuhk03", "trapezoid")]
    [InlineData("msmt17", "rectangle")]
    public async Task A_csv_is_scored_by_the_person_protocols_and_the_average_precision_asked_for(string protocol, string rule)
    {
        var data = _folder.WriteClasses("people", 3, 4);
        File.WriteAllLines(Path.Combine(data, "dataset.csv"), ["path,identity,camera,role", .. Enumerable.Range(0, 12).Select(i => $"class{i / 4}/{i % 4}.png,{i / 4},{i % 2},{(i % 4 == 0 ? "query" : "gallery")}")]);
        var result = (await suite.Run(
            "evaluate", "--model", "tiny", "--data", data, "--protocol", protocol, "--average-precision", rule, "--bootstrap", "0", "--json", "--out", _folder["people-out"])).Ends(ExitCodes.Success).Json;
        Assert.Equal((protocol, 3), ((string?)result["protocol"], (int)result["clean"]!["queries"]!));
        Assert.StartsWith(rule, (string?)result["rules"]!["average_precision"], StringComparison.Ordinal);
        Assert.Equal(protocol == "cuhk03", ((string?)result["rules"]!["denominator"])!.Contains("single gallery shot", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_Python_example_measures_what_evaluate_measures()
    {
        var measured = (await Evaluate("for-python")).Ends(ExitCodes.Success).Json;
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "UaaGan.Grpc.sln"))) root = root.Parent!;
        var client = Path.Combine(root.FullName, "clients", "python");
        var start = new ProcessStartInfo(
            "/usr/bin/python3", [Path.Combine(client, "examples", "attack_folder.py"), suite.Data, "--model", "tiny", "--method", "pgd", .. suite.Targets])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PYTHONPATH"] = client, ["PYTHONDONTWRITEBYTECODE"] = "1" },
        };
        using var python = Process.Start(start)!;
        var errors = python.StandardError.ReadToEndAsync(Token);
        var lines = (await python.StandardOutput.ReadToEndAsync(Token)).Split('\n');
        await python.WaitForExitAsync(Token);

        Assert.True(python.ExitCode == 0, await errors);
        var pgd = measured["attacks"]![2]!;
        Assert.Equal("queries  24", lines[0]);
        Assert.Equal(Text($"clean    mAP {(double)measured["clean"]!["mean_average_precision"]!:F4}  rank-1 {(double)measured["clean"]!["rank1"]!:F4}"), lines[1]);
        Assert.Equal(
            Text($"pgd      mAP {(double)pgd["mean_average_precision"]!:F4}  rank-1 {(double)pgd["rank1"]!:F4}  lost {(double)pgd["map_lost"]!:F4}"), lines[2]);

        static string Text(FormattableString text) => FormattableString.Invariant(text);
    }

    [Fact]
    public async Task Attack_saves_a_twin_of_every_image_and_harms_none_for_a_broken_one()
    {
        _folder.WriteClasses("images", 2, 2);
        _folder.Write("images/empty.png", []);
        _folder.Write("images/cut.png", File.ReadAllBytes(_folder["images/class0/0.png"]).AsSpan()[..200]);
        string[] line = ["attack", "--model", "tiny", "--attack", "uaa-gan:g", "--images", _folder["images"], "--epsilon", "8/255", "--out", _folder["out"]];
        var outcome = (await suite.Run([.. line, "--json"])).Ends(ExitCodes.Failure);

        Assert.Equal(["cut.png", "empty.png"], outcome.Json["failed"]!.AsArray().Select(failed => (string?)failed!["id"]).Order());
        Assert.Contains("cut.png", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(4, (int)outcome.Json["saved"]!);
        Assert.Equal(4, Directory.GetFiles(_folder["out"], "*.png", SearchOption.AllDirectories).Length);
        Assert.InRange((int)outcome.Json["linf_255"]!, 1, 8);

        File.Delete(_folder["images/empty.png"]);
        var other = (await suite.Run(line)).Ends(ExitCodes.Failure);
        Assert.Contains("holds another attack: data.images, data.sha256 differ", other.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extract_writes_a_row_an_image_in_the_order_of_the_ids()
    {
        var outcome = (await suite.Run("extract", "--model", "tiny", "--images", suite.Data, "--out", _folder["f.npy"], "--json")).Ends(ExitCodes.Success);

        Assert.Equal((24, 16), ((int)outcome.Json["images"]!, (int)outcome.Json["dimension"]!));
        var ids = JsonNode.Parse(File.ReadAllText(_folder["f.json"]))!["ids"]!.AsArray().Select(id => (string)id!).ToList();
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        var bytes = File.ReadAllBytes(_folder["f.npy"]);
        Assert.Equal(128 + (24 * 16 * 4), bytes.Length);
        for (var row = 0; row < 24; row++)
            Assert.Equal(1, Math.Sqrt(Enumerable.Range(0, 16).Sum(d => Math.Pow(BitConverter.ToSingle(bytes, 128 + (((row * 16) + d) * 4)), 2))), 1e-5);
    }

    [Fact]
    public async Task Unknown_names_are_told_with_the_known_ones()
    {
        var model = (await Line("--model", "nope", "--attack", "pgd")).Ends(ExitCodes.Failure);
        Assert.Contains("There is no model 'nope'", model.Errors, StringComparison.Ordinal);
        Assert.Contains("tiny", model.Errors, StringComparison.Ordinal);

        var generator = (await Line("--model", "tiny", "--attack", "uaa-gan:nope")).Ends(ExitCodes.Failure);
        Assert.Matches(@"There is no generator 'nope'\. There are: (.*, )?g[.,]", generator.Errors);

        var method = (await Line("--model", "tiny", "--attack", "fgsm-9000")).Ends(ExitCodes.Failure);
        Assert.Contains("fgsm-9000", method.Errors, StringComparison.Ordinal);
        Assert.Contains("pgd", method.Errors, StringComparison.Ordinal);

        Task<Outcome> Line(params string[] rest) => suite.Run(
            ["evaluate", "--data", suite.Data, "--protocol", "leave-one-out", "--epsilon", "8/255", "--out", _folder[Guid.NewGuid().ToString("N")], .. rest]);
    }

    [Fact]
    public async Task A_generator_is_not_used_at_another_epsilon_unless_it_is_rescaled()
    {
        string[] line = ["attack", "--model", "tiny", "--attack", "uaa-gan:g", "--images", suite.Data, "--epsilon", "4/255", "--out", _folder["out"]];
        var refused = (await suite.Run(line)).Ends(ExitCodes.Failure);
        Assert.Contains("8/255", refused.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));

        var scaled = (await suite.Run([.. line, "--rescale", "--json"])).Ends(ExitCodes.Success);
        Assert.InRange((int)scaled.Json["linf_255"]!, 1, 4);
    }

    [Fact]
    public async Task Weights_that_do_not_fit_are_refused_and_leave_nothing_behind()
    {
        var weights = TinyNetwork.Write(_folder["other.safetensors"], feature: 12);
        var misfit = (await Add("misfit", weights)).Ends(ExitCodes.Failure);
        Assert.Contains("The weights do not fit the architecture: 2 of another shape (embedding.linear.bias [12] instead of [16]", misfit.Errors, StringComparison.Ordinal);

        var damaged = (await Add("damaged", _folder.Write("damaged.safetensors", File.ReadAllBytes(weights).AsSpan()[..500]))).Ends(ExitCodes.Failure);
        Assert.DoesNotContain("   at ", damaged.Errors, StringComparison.Ordinal);
        (await Add("absent", _folder["absent.safetensors"])).Ends(ExitCodes.Failure);
        (await Add("Bad Name", weights)).Ends(ExitCodes.WrongUse);

        var listed = (await suite.Run("models", "list", "--json")).Ends(ExitCodes.Success);
        Assert.Equal(["tiny"], listed.Json["models"]!.AsArray().Select(model => (string?)model!["name"]));
        (await suite.Run("models", "check")).Ends(ExitCodes.Success);

        Task<Outcome> Add(string name, string file) => suite.Run(["models", "add", "--name", name, "--weights", file, .. TinyNetwork.Arguments]);
    }

    [Fact]
    public async Task Models_check_finds_weights_that_changed_on_disk()
    {
        var state = _folder["state"];
        var weights = TinyNetwork.Write(_folder["w.safetensors"]);
        (await CommandLine.Run(["models", "add", "--name", "m", "--weights", weights, "--state", state, .. TinyNetwork.Arguments])).Ends(ExitCodes.Success);
        var stored = Path.Combine(state, "models", "m", "1", "weights.safetensors");
        var bytes = File.ReadAllBytes(stored);
        bytes[^1] ^= 1;
        File.WriteAllBytes(stored, bytes);

        var outcome = (await CommandLine.Run("models", "check", "--json", "--state", state)).Ends(ExitCodes.Failure);
        Assert.Equal("WEIGHTS_HASH_MISMATCH", (string?)outcome.Json["models"]![0]!["error"]!["reason"]);
    }

    [Fact]
    public async Task Demo_on_an_own_folder_trains_measures_reports_and_may_be_run_again()
    {
        string[] line = ["demo", "--data", suite.Data, "--model", "tiny", "--images", suite.Training, "--minutes", "0.02", "--out", _folder["demo"]];
        var outcome = (await suite.Run([.. line, "--json"])).Ends(ExitCodes.Success);

        var scenario = Assert.Single(outcome.Json["scenarios"]!.AsArray())!;
        Assert.Equal(("data", "tiny", 24), ((string?)scenario["name"], (string?)scenario["model"], (int)scenario["clean"]!["queries"]!));
        Assert.Equal(["random-sign", "uaa-gan", "pgd"], scenario["attacks"]!.AsArray().Select(attack => (string?)attack!["method"]));
        Assert.Equal(outcome.Json.ToJsonString(), JsonNode.Parse(File.ReadAllText(_folder["demo/report.json"]))!.ToJsonString());
        var html = File.ReadAllText(_folder["demo/report.html"]);
        Assert.Contains("PGD-20", html, StringComparison.Ordinal);
        Assert.Contains("Training of the generator", html, StringComparison.Ordinal);
        Assert.Contains("lambda-metric", html, StringComparison.Ordinal);
        Assert.True((bool)Manifest("demo")["complete"]!);

        var again = (await suite.Run(line)).Ends(ExitCodes.Success);
        Assert.Contains($"Report: {_folder["demo/report.html"]}", again.Output, StringComparison.Ordinal);
        Assert.Contains("mAP lost", again.Output, StringComparison.Ordinal);
        Assert.Contains("uaa-gan:demo-data", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_writes_what_the_service_tells_for_TensorBoard()
    {
        (await suite.Run(
            "train", "--model", "tiny", "--images", suite.Training, "--epsilon", "8/255", "--generator", "board", "--steps", "6", "--option", "generator-width=8",
            "--option", "validations=2", "--tensorboard", _folder["board"])).Ends(ExitCodes.Success);

        using var client = new PerturbationClient(suite.Perturbation);
        var job = await client.ListTrainings(Token).FirstAsync(training => training.Settings.Generator == "board", Token);
        var history = (await client.GetTraining(job.Id, Token)).History.ToDictionary(point => (long)point.Step);
        var run = EventFileReader.Run(_folder["board"]);
        // A step that passes between two looks is not told, the last one always is.
        Assert.Equal(6, run.Keys.Max());
        foreach (var (step, scalars) in run)
            Assert.Equal(history[step].Scalars.OrderBy(scalar => scalar.Key, StringComparer.Ordinal).Select(scalar => (scalar.Key, (float)scalar.Value)), scalars.OrderBy(scalar => scalar.Key, StringComparer.Ordinal).Select(scalar => (scalar.Key, scalar.Value)));
        Assert.Contains("validation_map_lost", run[6].Keys);
        Assert.Contains("--detach", (await suite.Run(
            "train", "--model", "tiny", "--images", suite.Training, "--epsilon", "8/255", "--generator", "b", "--detach", "--tensorboard", _folder["b"])).Ends(ExitCodes.WrongUse).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupt_signal_cancels_the_training_on_the_server()
    {
        using var process = Start([
            "train", "--model", "tiny", "--images", suite.Training, "--epsilon", "8/255", "--generator", "endless", "--steps", "1000000",
            "--option", "generator-width=8", .. suite.Addresses]);
        var errors = process.StandardError.ReadToEndAsync(Token);
        var output = process.StandardOutput.ReadToEndAsync(Token);
        using var client = new PerturbationClient(suite.Perturbation);
        var id = await Running(client);
        Signal(process, 2);
        await process.WaitForExitAsync(Token).Within();

        Assert.Equal(ExitCodes.Interrupted, process.ExitCode);
        Assert.Contains($"uaagan trainings resume {id}", await errors, StringComparison.Ordinal);
        Assert.Empty(await output);
        Assert.Equal(TrainingState.Cancelled, (await client.GetTraining(id, Token)).Training.State);
    }

    [Fact]
    public async Task Services_started_for_a_command_end_with_it_even_when_it_is_killed()
    {
        using var process = Start(["trainings", "list", "--state", _folder["state"]]);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token).Within();
        Assert.True(process.ExitCode == ExitCodes.Success, await errors);
        Assert.Contains("state", await output, StringComparison.Ordinal);
        Assert.Empty(Using(_folder["state"]));

        var weights = TinyNetwork.Write(_folder["w.safetensors"]);
        (await CommandLine.Run(["models", "add", "--name", "m", "--weights", weights, "--state", _folder["state2"], .. TinyNetwork.Arguments])).Ends(ExitCodes.Success);
        using var killed = Start([
            "train", "--model", "m", "--images", suite.Training, "--epsilon", "8/255", "--generator", "g2", "--steps", "1000000", "--state", _folder["state2"]]);
        await Waits.UntilAsync(_ => Task.FromResult(Using(_folder["state2"]).Count > 0));
        killed.Kill();
        await killed.WaitForExitAsync(Token);
        await Waits.UntilAsync(_ => Task.FromResult(Using(_folder["state2"]).Count == 0));
    }

    private Task<Outcome> Evaluate(string name) => suite.Run(
        "evaluate", "--model", "tiny", "--data", suite.Data, "--protocol", "leave-one-out", "--epsilon", "8/255", "--out", _folder[name], "--json",
        "--attack", "random-sign", "--attack", "uaa-gan:g", "--attack", "pgd", "--bootstrap", "200");

    private void RequireQualityOfTheFiles(JsonObject attack, string folder)
    {
        var files = Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories);
        Assert.Equal(24, files.Length);
        var qualities = files.Select(file => ImageQuality.Compare(
            Decode(Path.Combine(suite.Data, Path.GetRelativePath(folder, file))), Decode(file))).ToList();
        Assert.Equal(qualities.Average(q => q.PsnrDb), (double)attack["psnr"]!, 1e-9);
        Assert.Equal(qualities.Average(q => q.Ssim!.Value), (double)attack["ssim"]!, 1e-9);
        Assert.Equal(qualities.Max(q => q.LInfinity255), (int)attack["linf_255"]!);
        Assert.InRange((int)attack["linf_255"]!, 1, 8);
    }

    private static PixelImage Decode(string path) => ImageDecoder.Decode(File.ReadAllBytes(path), ImageLimits.Default);

    private JsonNode Manifest(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(_folder[name], RunManifest.FileName)))!;

    private string Run(string name) => Manifest(name)["run"]!.ToJsonString();

    private static string WithoutTimings(JsonObject report)
    {
        var copy = report.DeepClone().AsObject();
        copy.Remove("seconds");
        foreach (var attack in copy["attacks"]!.AsArray()) attack!.AsObject().Remove("milliseconds_per_image");
        return copy.ToJsonString();
    }

    /// <summary>The program as users start it. Where the tests run in a shell's background, they hand down that Ctrl-C is ignored.</summary>
    private static Process Start(string[] arguments)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var start = new ProcessStartInfo("env", ["--default-signal=INT", Path.Combine(own.Parent!.Parent!.FullName, "UaaGan.Cli", own.Name, "uaagan"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    private static void Signal(Process process, int signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>The id of the job that does steps.</summary>
    private static async Task<string> Running(PerturbationClient client)
    {
        string? id = null;
        await Waits.UntilAsync(async cancellation =>
        {
            var jobs = await client.ListTrainings(cancellation).ToListAsync(cancellation);
            id = jobs.FirstOrDefault(job => job.State == TrainingState.Running && job.Settings.Generator == "endless" && job.Progress.Step > 0)?.Id;
            return id is not null;
        });
        return id!;
    }

    /// <summary>Processes with this state folder in their command line.</summary>
    private static List<string> Using(string state)
    {
        var found = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0').Contains($"--UaaGan:State={state}")) found.Add(folder);
            }
            catch (IOException)
            {
                // It ended while it was looked at.
            }
        }

        return found;
    }
}
