using System.Text;
using TorchSharp;
using UaaGan.Pickle;

namespace UaaGan.Networks.Tests;

public class TorchFormatsTests
{
    private static readonly byte[] SixFloats = TorchFiles.Floats(0, 1, 2, 3, 4, 5);

    [Theory]
    [InlineData("archive", "little", false)]
    [InlineData("my model v1", "little", false)]
    [InlineData("archive", null, false)]
    [InlineData("archive", "little", true)]
    public void A_zip_file_is_read_whatever_its_folder_is_called(string folder, string? byteOrder, bool is64Bit)
    {
        var pickle = new PickleWriter().Dictionary(state => state.Text("a.weight").Tensor("0", 2, 3).Text("b").Tensor("1")).Stop();
        var file = TorchFiles.Zip(pickle, new Dictionary<string, byte[]> { ["0"] = SixFloats, ["1"] = TorchFiles.Floats(7) }, folder, byteOrder, is64Bit);
        var values = BoundedReading.Values(file);
        Assert.Equal(["a.weight", "b"], values.Keys);
        Assert.Equal([0, 1, 2, 3, 4, 5], values["a.weight"]);
        Assert.Equal([7], values["b"]);
        Assert.Null(BoundedReading.Of(file));
    }

    [Theory]
    [InlineData("torch.DoubleStorage", torch.ScalarType.Float64, 8)]
    [InlineData("torch.FloatStorage", torch.ScalarType.Float32, 4)]
    [InlineData("torch.HalfStorage", torch.ScalarType.Float16, 2)]
    [InlineData("torch.BFloat16Storage", torch.ScalarType.BFloat16, 2)]
    [InlineData("torch.LongStorage", torch.ScalarType.Int64, 8)]
    [InlineData("torch.IntStorage", torch.ScalarType.Int32, 4)]
    [InlineData("torch.ShortStorage", torch.ScalarType.Int16, 2)]
    [InlineData("torch.CharStorage", torch.ScalarType.Int8, 1)]
    [InlineData("torch.ByteStorage", torch.ScalarType.Byte, 1)]
    [InlineData("torch.BoolStorage", torch.ScalarType.Bool, 1)]
    [InlineData("torch.storage._UntypedStorage", torch.ScalarType.Byte, 1)]
    public void Every_number_format_comes_back_to_the_bit_from_both_kinds_of_file(string type, torch.ScalarType expected, int bytesPerElement)
    {
        var bytes = Enumerable.Range(0, 4 * bytesPerElement).Select(i => (byte)(type.EndsWith("BoolStorage", StringComparison.Ordinal) ? i % 2 : 60 + i * 37)).ToArray();
        var pickle = new PickleWriter().Dictionary(state => state.Text("t")
            .Tensor(inner => inner.Storage(type, "k", 4), 0, [4, 1], [1, 1])).Stop();
        Check(TorchFiles.Zip(pickle, new Dictionary<string, byte[]> { ["k"] = bytes }));
        Check(TorchFiles.Legacy(pickle, new Dictionary<string, (long, byte[])> { ["k"] = (4, bytes) }));

        void Check(byte[] file)
        {
            using var folder = new TemporaryFolder();
            File.WriteAllBytes(folder.File("w"), file);
            using var reader = StateReader.Open(folder.File("w"));
            Assert.Equal(expected, reader.Entries["t"].DataType);
            Assert.Equal([4, 1], reader.Entries["t"].Shape);
            using var tensor = reader.Read("t");
            Assert.Equal(expected, tensor.dtype);
            Assert.Equal(bytes, tensor.bytes.ToArray());
        }
    }

    [Fact]
    public void Tensors_share_a_storage_through_offsets_and_strides()
    {
        Action<PickleWriter> storage = pickle => pickle.Storage("torch.FloatStorage", "0", 6);
        var pickle = new PickleWriter().Dictionary(state => state
            .Text("whole").Tensor(storage, 0, [2, 3], [3, 1])
            .Text("transposed").Tensor(storage, 0, [3, 2], [1, 3])
            .Text("column").Tensor(storage, 1, [2], [3])
            .Text("tail").Tensor(storage, 4, [2], [1])
            .Text("scalar").Tensor(storage, 5, [], [])
            .Text("repeated").Tensor(storage, 2, [3, 2], [0, 1])
            .Text("empty").Tensor(storage, 6, [0, 3], [3, 1])
            .Text("single").Tensor(storage, 3, [1, 2], [999, 1])).Stop();
        Check(TorchFiles.Zip(pickle, new Dictionary<string, byte[]> { ["0"] = SixFloats }));
        Check(TorchFiles.Legacy(pickle, new Dictionary<string, (long, byte[])> { ["0"] = (6, SixFloats) }));

        static void Check(byte[] file)
        {
            var values = BoundedReading.Values(file);
            Assert.Equal([0, 1, 2, 3, 4, 5], values["whole"]);
            Assert.Equal([0, 3, 1, 4, 2, 5], values["transposed"]);
            Assert.Equal([1, 4], values["column"]);
            Assert.Equal([4, 5], values["tail"]);
            Assert.Equal([5], values["scalar"]);
            Assert.Equal([2, 3, 2, 3, 2, 3], values["repeated"]);
            Assert.Empty(values["empty"]);
            Assert.Equal([3, 4], values["single"]);
        }
    }

    [Fact]
    public void An_older_file_has_storages_that_view_others()
    {
        var pickle = new PickleWriter().Dictionary(state => state
            .Text("view").Tensor(inner => inner.Storage("torch.FloatStorage", "root", 6, last => last.Op(PickleOpcode.Mark).Text("v").Number(2).Number(3).Op(PickleOpcode.Tuple)), 1, [2], [1])
            .Text("root").Tensor(inner => inner.Storage("torch.FloatStorage", "root", 6, last => last.Op(PickleOpcode.None)), 0, [6], [1])).Stop();
        var values = BoundedReading.Values(TorchFiles.Legacy(pickle, new Dictionary<string, (long, byte[])> { ["root"] = (6, SixFloats) }));
        Assert.Equal([3, 4], values["view"]);
        Assert.Equal([0, 1, 2, 3, 4, 5], values["root"]);
    }

    [Fact]
    public void A_file_of_python_2_has_a_list_of_pairs_and_old_texts()
    {
        var pickle = new PickleWriter().Global("collections", "OrderedDict").Op(PickleOpcode.EmptyList).Op(PickleOpcode.Mark)
            .Op(PickleOpcode.EmptyList).Op(PickleOpcode.Mark).OldText("w").Tensor("0", 6).Op(PickleOpcode.Appends)
            .Op(PickleOpcode.Appends).Op(PickleOpcode.Tuple1).Op(PickleOpcode.Reduce)
            .Op(PickleOpcode.EmptyDict).OldText("_metadata").Op(PickleOpcode.None).Op(PickleOpcode.SetItem).Op(PickleOpcode.Build).Stop();
        Assert.Equal([0, 1, 2, 3, 4, 5], BoundedReading.Values(TorchFiles.Legacy(pickle, new Dictionary<string, (long, byte[])> { ["0"] = (6, SixFloats) }))["w"]);
    }

    [Fact]
    public void Protocol_4_frames_memoizes_and_takes_names_from_the_stack()
    {
        var pickle = new PickleWriter(4).Op(PickleOpcode.Frame).Raw(PickleWriter.Little(200, 8)).Op(PickleOpcode.EmptyDict).Op(PickleOpcode.Memoize);
        Short("w");
        Short("torch._utils");
        Short("_rebuild_tensor_v2");
        pickle.Op(PickleOpcode.StackGlobal).Op(PickleOpcode.Memoize).Op(PickleOpcode.Mark).Storage("torch.FloatStorage", "0", 6)
            .Number(0).Numbers(6).Numbers(1).Op(PickleOpcode.NewFalse).Op(PickleOpcode.EmptyDict).Op(PickleOpcode.Tuple).Op(PickleOpcode.Reduce)
            .Op(PickleOpcode.SetItem);
        Assert.Equal([0, 1, 2, 3, 4, 5], BoundedReading.Values(TorchFiles.Zip(pickle.Stop(), new Dictionary<string, byte[]> { ["0"] = SixFloats }))["w"]);

        void Short(string text) => pickle.Op(PickleOpcode.ShortBinUnicode).Raw((byte)text.Length).Raw(Encoding.UTF8.GetBytes(text)).Op(PickleOpcode.Memoize);
    }

    [Fact]
    public void Parameters_attributes_and_typed_tensors_are_tensors()
    {
        Action<PickleWriter> storage = pickle => pickle.Storage("torch.FloatStorage", "0", 6);
        var pickle = new PickleWriter().Dictionary(state => state
            .Text("parameter").Global("torch._utils", "_rebuild_parameter").Op(PickleOpcode.Mark).Tensor(storage, 0, [2], [1])
            .Op(PickleOpcode.NewTrue).Op(PickleOpcode.EmptyDict).Op(PickleOpcode.Tuple).Op(PickleOpcode.Reduce)
            .Text("old").Global("torch._utils", "_rebuild_tensor").Op(PickleOpcode.Mark).Storage("torch.FloatStorage", "0", 6)
            .Number(2).Numbers(2).Numbers(1).Op(PickleOpcode.Tuple).Op(PickleOpcode.Reduce)
            .Text("subclass").Global("torch._tensor", "_rebuild_from_type_v2").Op(PickleOpcode.Mark).Global("torch._utils", "_rebuild_tensor_v2")
            .Global("torch.nn.parameter", "Parameter").Op(PickleOpcode.Mark).Storage("torch.FloatStorage", "0", 6).Number(3).Numbers(2).Numbers(1)
            .Op(PickleOpcode.Tuple).Op(PickleOpcode.EmptyDict).Op(PickleOpcode.Tuple).Op(PickleOpcode.Reduce)
            .Text("typed").Global("torch._utils", "_rebuild_tensor_v3").Op(PickleOpcode.Mark).Storage("torch.storage.UntypedStorage", "1", 4)
            .Number(1).Numbers(1).Numbers(1).Op(PickleOpcode.NewFalse).Op(PickleOpcode.EmptyDict).Global("torch", "int16").Op(PickleOpcode.Tuple).Op(PickleOpcode.Reduce)).Stop();
        var values = BoundedReading.Values(TorchFiles.Zip(pickle, new Dictionary<string, byte[]> { ["0"] = SixFloats, ["1"] = [1, 0, 2, 1] }));
        Assert.Equal([0, 1], values["parameter"]);
        Assert.Equal([2, 3], values["old"]);
        Assert.Equal([3, 4], values["subclass"]);
        Assert.Equal([258], values["typed"]);
    }

    [Fact]
    public void What_stands_beside_the_weights_is_passed_over()
    {
        var pickle = new PickleWriter().Dictionary(root => root
            .Text("epoch").Number(-3)
            .Text("loss").Op(PickleOpcode.BinFloat).Raw(new byte[8])
            .Text("best").Global("numpy.core.multiarray", "scalar").Global("numpy", "dtype").OldText("f8").Number(0).Number(1).Op(PickleOpcode.Tuple3).Op(PickleOpcode.Reduce)
            .Op(PickleOpcode.Mark).Number(3).OldText("<").Op(PickleOpcode.Tuple).Op(PickleOpcode.Build)
            .Global("_codecs", "encode").Text("abc").Text("latin1").Op(PickleOpcode.Tuple2).Op(PickleOpcode.Reduce).Op(PickleOpcode.Tuple2).Op(PickleOpcode.Reduce)
            .Text("device").Global("torch", "device").Text("cuda").Op(PickleOpcode.Tuple1).Op(PickleOpcode.Reduce)
            .Text("size").Global("torch", "Size").Numbers(1, 2).Op(PickleOpcode.Tuple1).Op(PickleOpcode.Reduce)
            .Text("names").Global("__builtin__", "set").Op(PickleOpcode.EmptyList).Op(PickleOpcode.Tuple1).Op(PickleOpcode.Reduce)
            .Text("bytes").Op(PickleOpcode.ShortBinBytes).Raw(2, 9, 9)
            .Text("state_dict").Dictionary(state => state.Text("w").Tensor("0", 6))).Stop();
        var values = BoundedReading.Values(TorchFiles.Zip(pickle, new Dictionary<string, byte[]> { ["0"] = SixFloats }));
        Assert.Equal([0, 1, 2, 3, 4, 5], Assert.Single(values).Value);
    }
}
