using System.Text;
using UaaGan.Failures;
using UaaGan.Pickle;

namespace UaaGan.Networks.Tests;

public sealed class HostilePickleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("subprocess", "Popen")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "exec")]
    [InlineData("builtins", "getattr")]
    public void A_command_is_refused_by_its_name_and_does_not_run(string module, string name)
    {
        var marker = _folder.File("marker");
        var global = new PickleWriter().Global(module, name).Text($"touch {marker}").Op(PickleOpcode.Tuple1).Op(PickleOpcode.Reduce).Stop();
        var fromStack = new PickleWriter(4).Text(module).Text(name).Op(PickleOpcode.StackGlobal).Text($"touch {marker}").Op(PickleOpcode.Tuple1).Op(PickleOpcode.Reduce).Stop();
        var instance = new PickleWriter(0).Op(PickleOpcode.Mark).Text($"touch {marker}").Op(PickleOpcode.Inst).Raw(Encoding.ASCII.GetBytes($"{module}\n{name}\n")).Stop();
        foreach (var pickle in (byte[][])[global, fromStack])
        {
            Refused(Zip(pickle), $"{module}.{name}");
            Refused(TorchFiles.Legacy(pickle, new Dictionary<string, (long, byte[])>()), $"{module}.{name}");
            // In the place of the magic number, where a reader might trust what it finds.
            Refused(pickle, $"{module}.{name}");
        }

        Refused(Zip(instance), "Inst");
        Assert.False(File.Exists(marker));
    }

    [Theory]
    [InlineData("argparse", "Namespace")]
    [InlineData("torch.nn.modules.linear", "Linear")]
    [InlineData("torch._utils", "_rebuild_sparse_tensor")]
    [InlineData("torch._utils", "_rebuild_qtensor")]
    [InlineData("torch", "ComplexFloatStorage")]
    [InlineData("torch", "QInt8Storage")]
    [InlineData("torch", "load")]
    [InlineData("numpy.core.multiarray", "_reconstruct")]
    [InlineData("__builtin__", "eval")]
    [InlineData("torch\u001b[2J", "x")]
    public void Whatever_is_no_tensor_and_no_container_is_refused_with_a_hint(string module, string name)
    {
        var failure = Refused(Zip(new PickleWriter().Global(module, name).Stop()), $"{module.Replace("__builtin__", "builtins", StringComparison.Ordinal).Replace('\u001b', '?')}.{name}");
        Assert.Contains("torch.save(model.state_dict(), path)", failure.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, byte[]> Damages() => new()
    {
        { "takes from an empty stack", "stack", new PickleWriter().Op(PickleOpcode.Tuple2).Stop() },
        { "takes a mark for a value", "stack", new PickleWriter().Op(PickleOpcode.Mark).Op(PickleOpcode.Tuple1).Stop() },
        { "closes no mark", "stack", new PickleWriter().Op(PickleOpcode.Tuple).Stop() },
        { "ends without a value", "stack", new PickleWriter().Stop() },
        { "does not stop", "ends within a field", new PickleWriter().Number(1).Stop()[..^1] },
        { "an integer of 2^31 bytes", "2147483648 bytes", new PickleWriter().Op(PickleOpcode.Long4).Raw(0, 0, 0, 0x80).Stop() },
        { "an integer of 200 bytes", "200 bytes", new PickleWriter().Op(PickleOpcode.Long1).Raw(200).Stop() },
        { "an integer of 5000 digits", "line in it", new PickleWriter(0).Line(PickleOpcode.Long, new string('9', 5000) + "L").Stop() },
        { "an integer of 500 digits", "whole number", new PickleWriter(0).Line(PickleOpcode.Long, new string('9', 500) + "L").Stop() },
        { "a memo index of 2^31", "beyond its own length", new PickleWriter().Number(1).Op(PickleOpcode.LongBinPut).Raw(0, 0, 0, 0x80).Stop() },
        { "a negative memo index", "keeps a value under '-1'", new PickleWriter(0).Number(1).Line(PickleOpcode.Put, "-1").Stop() },
        { "a memo value never kept", "asks for value 7", new PickleWriter().Get(7).Stop() },
        { "a text of 2^63 bytes", "ends within a field", new PickleWriter(4).Op(PickleOpcode.BinUnicode8).Raw(PickleWriter.Little(long.MinValue, 8)).Stop() },
        { "a text of 2^32-1 bytes", "ends within a field", new PickleWriter().Op(PickleOpcode.BinUnicode).Raw(255, 255, 255, 255).Stop() },
        { "bytes of 2^62", "ends within a field", new PickleWriter(4).Op(PickleOpcode.BinBytes8).Raw(PickleWriter.Little(1L << 62, 8)).Stop() },
        { "a text that is no UTF-8", "UTF-8", new PickleWriter().Op(PickleOpcode.BinUnicode).Raw(1, 0, 0, 0, 255).Stop() },
        { "a key without a value", "without a value", new PickleWriter().Op(PickleOpcode.EmptyDict).Op(PickleOpcode.Mark).Number(1).Op(PickleOpcode.SetItems).Stop() },
        { "an item for a number", "Append on what is no", new PickleWriter().Number(1).Number(2).Op(PickleOpcode.Append).Stop() },
        { "an unknown operation", "unknown operation 255", new PickleWriter().Raw(255).Stop() },
        { "a key of 2000 characters", "2000 characters", new PickleWriter().Op(PickleOpcode.EmptyDict).Text(new string('k', 2000)).Number(1).Op(PickleOpcode.SetItem).Stop() },
        { "a million lists in each other", "more objects", [.. Enumerable.Repeat((byte)PickleOpcode.EmptyList, 1_000_000), .. Enumerable.Repeat((byte)PickleOpcode.Append, 999_999), (byte)PickleOpcode.Stop] },
        { "a list copied again and again", "more objects", Copies() },
        { "a name called again and again", "more objects", Names() },
    };

    [Theory]
    [MemberData(nameof(Damages), DisableDiscoveryEnumeration = true)]
    public void A_pickle_that_lies_is_damage(string what, string said, byte[] pickle)
    {
        var failure = BoundedReading.Of(Zip(pickle));
        Assert.True(failure is not null, what);
        Assert.Equal((FailureKind.DataLoss, "WEIGHTS_FILE_DAMAGED"), (failure.Kind, failure.Reason));
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Obj")]
    [InlineData("PersId")]
    [InlineData("Ext1")]
    [InlineData("Ext4")]
    [InlineData("NewObjEx")]
    [InlineData("NextBuffer")]
    [InlineData("ReadOnlyBuffer")]
    public void Operations_that_torch_does_not_need_are_refused_by_name(string name) =>
        Refused(Zip(new PickleWriter().Op(Enum.Parse<PickleOpcode>(name)).Stop()), name);

    [Fact]
    public void Calls_of_what_is_no_function_and_states_of_what_has_none_are_refused()
    {
        Refused(Zip(new PickleWriter().Number(1).Op(PickleOpcode.EmptyTuple).Op(PickleOpcode.Reduce).Stop()), "no function");
        Refused(Zip(new PickleWriter().Global("torch", "FloatStorage").Op(PickleOpcode.EmptyTuple).Op(PickleOpcode.NewObj).Stop()), "no function");
        Refused(Zip(new PickleWriter().Number(1).Number(2).Op(PickleOpcode.Build).Stop()), "Build");
        Refused(Zip(new PickleWriter().Text("module").Op(PickleOpcode.Tuple1).Op(PickleOpcode.BinPersId).Stop()), "persistent 'module'");
        Refused(Zip(new PickleWriter().Number(1).Op(PickleOpcode.BinPersId).Stop()), "persistent id");
    }

    [Theory]
    [InlineData(0, new[] { 1L << 40 }, new[] { 1L }, "larger than")]
    [InlineData(0, new[] { 1L << 40, 0L }, new[] { 1L, 1L }, "larger than")]
    [InlineData(0, new[] { 1L << 31, 1L << 31, 1L << 31 }, new[] { 0L, 0L, 0L }, "larger than")]
    [InlineData(0, new[] { 7L }, new[] { 0L }, "more elements")]
    [InlineData(0, new[] { 1L << 20 }, new[] { 0L }, "more elements")]
    [InlineData(0, new[] { -6L }, new[] { 1L }, "below 0")]
    [InlineData(5, new[] { 6L }, new[] { -1L }, "below 0")]
    [InlineData(-1, new[] { 6L }, new[] { 1L }, "below 0")]
    [InlineData(1, new[] { 6L }, new[] { 1L }, "reaches beyond")]
    [InlineData(7, new[] { 0L }, new[] { 1L }, "reaches beyond")]
    [InlineData(0, new[] { 2L, 3L }, new[] { 4L, 1L }, "reaches beyond")]
    [InlineData(0, new[] { 3L, 2L }, new[] { long.MaxValue, 1L }, "reaches beyond")]
    [InlineData(0, new[] { 2L, 2L }, new[] { long.MaxValue, long.MaxValue }, "reaches beyond")]
    [InlineData(long.MaxValue, new[] { 1L }, new[] { 1L }, "reaches beyond")]
    [InlineData(0, new[] { 6L }, new[] { 1L, 1L }, "as many strides")]
    public void A_tensor_that_leaves_its_storage_is_damage(long offset, long[] shape, long[] strides, string said)
    {
        var pickle = new PickleWriter().Dictionary(state => state.Text("w")
            .Tensor(inner => inner.Storage("torch.FloatStorage", "0", 6), offset, shape, strides)).Stop();
        foreach (var file in (byte[][])
        [
            TorchFiles.Zip(pickle, new Dictionary<string, byte[]> { ["0"] = new byte[24] }),
            TorchFiles.Legacy(pickle, new Dictionary<string, (long, byte[])> { ["0"] = (6, new byte[24]) }),
        ])
        {
            var failure = BoundedReading.Of(file);
            Assert.Equal("WEIGHTS_FILE_DAMAGED", failure?.Reason);
            Assert.Contains(said, failure!.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(7, "has 24")]
    [InlineData(5, "has 24")]
    [InlineData(1L << 40, "has 24")]
    [InlineData(long.MaxValue, "wrong length")]
    [InlineData(-1, "wrong length")]
    public void A_storage_of_another_length_is_damage(long elements, string said)
    {
        var pickle = new PickleWriter().Dictionary(state => state.Text("w")
            .Tensor(inner => inner.Storage("torch.FloatStorage", "0", elements), 0, [1], [1])).Stop();
        Assert.Contains(said, BoundedReading.Of(TorchFiles.Zip(pickle, new Dictionary<string, byte[]> { ["0"] = new byte[24] }))!.Message, StringComparison.Ordinal);
        Assert.Equal("WEIGHTS_FILE_DAMAGED", BoundedReading.Of(TorchFiles.Legacy(pickle, new Dictionary<string, (long, byte[])> { ["0"] = (6, new byte[24]) }))?.Reason);
    }

    [Fact]
    public void A_storage_without_a_class_is_damage() => Assert.Contains("without its class", BoundedReading.Of(Zip(
        new PickleWriter().Text("storage").Text("0").Op(PickleOpcode.Tuple2).Op(PickleOpcode.BinPersId).Stop()))!.Message, StringComparison.Ordinal);

    [Fact]
    public void A_storage_of_two_kinds_is_damage()
    {
        var pickle = new PickleWriter().Dictionary(state => state
            .Text("a").Tensor(inner => inner.Storage("torch.FloatStorage", "0", 2), 0, [2], [1])
            .Text("b").Tensor(inner => inner.Storage("torch.DoubleStorage", "0", 1), 0, [1], [1])).Stop();
        Assert.Contains("two classes or lengths", BoundedReading.Of(TorchFiles.Zip(pickle, new Dictionary<string, byte[]> { ["0"] = new byte[8] }))!.Message, StringComparison.Ordinal);
    }

    /// <summary>A list of 1000 items, made into a dictionary 10,000 times.</summary>
    private static byte[] Copies()
    {
        var pickle = new PickleWriter().Op(PickleOpcode.EmptyList).Put(0).Op(PickleOpcode.Mark);
        for (var i = 0; i < 1000; i++) pickle.Number(1).Number(2).Op(PickleOpcode.Tuple2);
        pickle.Op(PickleOpcode.Appends).Global("collections", "OrderedDict").Put(1);
        for (var i = 0; i < 10_000; i++) pickle.Get(1).Get(0).Op(PickleOpcode.Tuple1).Op(PickleOpcode.Reduce);
        return pickle.Stop();
    }

    /// <summary>A name of two kept texts, looked up 100,000 times.</summary>
    private static byte[] Names()
    {
        var pickle = new PickleWriter(4).Text("collections").Put(0).Text("OrderedDict").Put(1);
        for (var i = 0; i < 100_000; i++) pickle.Get(0).Get(1).Op(PickleOpcode.StackGlobal);
        return pickle.Stop();
    }

    private static byte[] Zip(byte[] pickle) => TorchFiles.Zip(pickle, new Dictionary<string, byte[]>());

    private static FailureException Refused(byte[] file, string name)
    {
        var failure = BoundedReading.Of(file);
        Assert.Equal((FailureKind.InvalidArgument, "WEIGHTS_PICKLE_REFUSED"), (failure?.Kind, failure?.Reason));
        Assert.Contains(name, failure!.Message, StringComparison.Ordinal);
        return failure;
    }
}
