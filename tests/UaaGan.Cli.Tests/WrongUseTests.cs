using System.Net;
using System.Net.Sockets;

namespace UaaGan.Cli.Tests;

/// <summary>What goes wrong before or without a service: the message names the thing and the remedy, the exit code tells whose fault it is.</summary>
public sealed class WrongUseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("8")]
    [InlineData("0.03")]
    [InlineData("8/256")]
    [InlineData("256/255")]
    [InlineData("-1/255")]
    public async Task An_epsilon_without_its_unit_or_out_of_range_is_refused(string epsilon)
    {
        var outcome = (await CommandLine.Run("attack", "--model", "m", "--attack", "pgd", "--images", _folder.Path, "--out", _folder["out"], "--epsilon", epsilon)).Ends(ExitCodes.WrongUse);

        Assert.Empty(outcome.Output);
        Assert.Contains($"--epsilon '{epsilon}'", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("such as 8/255", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_protocol_is_refused_with_the_known_ones()
    {
        var outcome = (await CommandLine.Run("evaluate", "--model", "m", "--data", _folder.Path, "--out", _folder["out"], "--protocol", "veri776")).Ends(ExitCodes.WrongUse);

        Assert.Contains("There is no protocol 'veri776'; there are leave-one-out, market1501, dukemtmc-reid, msmt17", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("uaagan evaluate --help", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evaluate", "--data", "--protocol", "leave-one-out")]
    [InlineData("extract", "--images")]
    [InlineData("attack", "--images", "--attack", "pgd", "--epsilon", "8/255")]
    [InlineData("train", "--images", "--epsilon", "8/255", "--generator", "g")]
    public async Task A_folder_without_images_is_named(string verb, string folderOption, params string[] rest)
    {
        Directory.CreateDirectory(_folder["empty"]);
        string[] output = verb == "train" ? [] : ["--out", _folder[verb == "extract" ? "x.npy" : "out"]];
        var outcome = (await CommandLine.Run([verb, "--model", "m", folderOption, _folder["empty"], .. rest, .. output])).Ends(ExitCodes.WrongUse);

        Assert.Contains($"There is no image under '{_folder["empty"]}'", outcome.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task A_service_that_is_down_is_named_with_its_address()
    {
        _folder.WriteClasses("data", 1, 2);
        var address = $"http://127.0.0.1:{FreePort()}";
        var outcome = (await CommandLine.Run("extract", "--model", "m", "--images", _folder["data"], "--out", _folder["x.npy"], "--features", address)).Ends(ExitCodes.Failure);

        Assert.Contains($"FeatureExtraction at {address} can't be reached: connection refused", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_none_is_wrong_use()
    {
        var outcome = (await CommandLine.Run("methods", "--perturbation", "localhost:5102")).Ends(ExitCodes.WrongUse);
        Assert.Contains("'localhost:5102' (--perturbation) is no address; write it as http://host:port.", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_names_the_port_that_is_in_use()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 5101);
        try
        {
            socket.Start();
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            // Somebody else has it: as good.
        }

        var outcome = (await CommandLine.Run("serve", "--state", _folder["state"])).Ends(ExitCodes.Failure);
        Assert.Contains("Port 5101, which FeatureExtraction needs, is in use", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_json_a_failure_is_one_object_on_standard_output()
    {
        var wrong = (await CommandLine.Run("evaluate", "--json")).Ends(ExitCodes.WrongUse);
        Assert.Equal("WRONG_USE", (string?)wrong.Json["error"]!["reason"]);

        Directory.CreateDirectory(_folder["empty"]);
        var failed = (await CommandLine.Run("extract", "--json", "--model", "m", "--images", _folder["empty"], "--out", _folder["x.npy"])).Ends(ExitCodes.WrongUse);
        Assert.Equal("NO_IMAGES", (string?)failed.Json["error"]!["reason"]);
        Assert.Contains("There is no image", failed.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train --model m --images . --epsilon 8/255 --generator g --minutes 1 --steps 5", "--minutes and --steps exclude each other")]
    [InlineData("train --model m --images . --epsilon 8/255 --generator g --detach", "--detach needs a Perturbation service that goes on running")]
    [InlineData("train --model m --images . --epsilon 8/255 --generator g --option lambda", "write NAME=VALUE")]
    [InlineData("evaluate --model m --data . --protocol leave-one-out --attack pgd --out o", "--attack needs --epsilon")]
    [InlineData("evaluate --model m --data . --protocol leave-one-out --bootstrap 10001 --out o", "--bootstrap is 10001; it must be between 0 and 10000.")]
    [InlineData("evaluate --model m --data . --protocol leave-one-out --limit 0 --out o", "--limit must be at least 1.")]
    [InlineData("evaluate --model m --data . --protocol leave-one-out --attack pgd --epsilon 8/255 --out o --lpips-backbone w", "--lpips-backbone needs --lpips-linear beside it")]
    [InlineData("battery --preset quick --model m --data . --out o --lpips-linear w", "--lpips-linear needs --lpips-backbone beside it")]
    [InlineData("battery --preset quick --model m --data . --out o --lpips-linear w --lpips-backbone v", "--lpips-backbone: there is no file 'v'.")]
    [InlineData("evaluate --model m --data . --protocol leave-one-out --out o --lpips-linear w --lpips-backbone v", "--lpips-backbone needs --attack")]
    [InlineData("demo --data .", "--data and --model belong together")]
    [InlineData("demo --minutes 3", "--minutes is for your own folder")]
    [InlineData("models add --name n --architecture osnet_x0_25 --weights w --input 256", "--input '256' is not understood")]
    [InlineData("models add --name n --architecture osnet_x0_25 --weights w --input 256x128 --pad 1,2", "--pad '1,2' is not understood")]
    [InlineData("models add --name n --architecture osnet_x0_25 --weights w --input 256x128 --mean a,b,c", "--mean 'a,b,c' is not understood")]
    [InlineData("models add --name n --architecture osnet_x0_25 --weights w --input 256x128 --mean 0,nan,1", "--mean '0,nan,1' is not understood")]
    [InlineData("models add --name n --architecture osnet_x0_25 --weights w --input 256x128 --scales 1,", "--scales '1,' is not understood")]
    [InlineData("extract --model m --images . --out features.csv", "must end in .npy")]
    public async Task Options_that_make_no_sense_are_refused_with_what_would(string line, string message)
    {
        var outcome = (await CommandLine.Run(line.Split(' '))).Ends(ExitCodes.WrongUse);
        Assert.Empty(outcome.Output);
        Assert.Contains(message, outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_elses_folder_is_written_to()
    {
        _folder.WriteClasses("data", 2, 2);
        var mine = _folder.Write("mine/thesis.tex", "words"u8);
        var outcome = (await CommandLine.Run("evaluate", "--model", "m", "--data", _folder["data"], "--protocol", "leave-one-out", "--out", _folder["mine"])).Ends(ExitCodes.Failure);

        Assert.Contains("is not empty and holds no evaluate of uaagan", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal([mine], Directory.GetFiles(_folder["mine"]));
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
