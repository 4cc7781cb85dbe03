using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>
/// Looks through an ONNX file (a protobuf message, onnx.proto) before ONNX Runtime sees it, for tensors that lie in other files: a path
/// could lead to any file of the machine.
/// </summary>
internal sealed class OnnxFile
{
    private const int DeepestNesting = 100;
    private const int GraphOfModel = 7, ExternalData = 13, DataLocation = 14, IsExternal = 1;

    private readonly FileStream _file;
    private bool _hasGraph;

    private OnnxFile(FileStream file) => _file = file;

    /// <summary>The messages that may hold a tensor, and the fields of each that lead there.</summary>
    private enum Message
    {
        Other,
        Model,
        Training,
        Function,
        Graph,
        Node,
        Attribute,
        Sparse,
        Tensor,
    }

    /// <exception cref="FailureException">NotFound WEIGHTS_FILE_NOT_FOUND; DataLoss WEIGHTS_FILE_DAMAGED; InvalidArgument MODEL_EXTERNAL_DATA.</exception>
    public static void Check(string path)
    {
        using var file = StateReader.OpenFile(path);
        var onnx = new OnnxFile(file);
        onnx.Walk(Message.Model, file.Length, 0);
        if (!onnx._hasGraph) throw Damaged("it has no graph");
    }

    private void Walk(Message message, long end, int depth)
    {
        if (depth > DeepestNesting) throw Damaged($"its messages nest deeper than {DeepestNesting}");
        while (_file.Position < end)
        {
            var tag = Varint();
            var field = (int)Math.Min(tag >> 3, int.MaxValue);
            switch (tag & 7)
            {
                case 0:
                    var value = Varint();
                    if (message == Message.Tensor && field == DataLocation && value == IsExternal) throw WholeModelFailure.ExternalData();
                    break;
                case 1:
                    Skip(8, end);
                    break;
                case 2:
                    var length = Varint();
                    if (length > (ulong)(end - _file.Position)) throw Damaged("one of its fields is longer than the message around it");
                    if (message == Message.Tensor && field == ExternalData) throw WholeModelFailure.ExternalData();
                    _hasGraph |= message == Message.Model && field == GraphOfModel;
                    var inner = Inner(message, field);
                    if (inner == Message.Other) Skip((long)length, end);
                    else Walk(inner, _file.Position + (long)length, depth + 1);
                    break;
                case 5:
                    Skip(4, end);
                    break;
                default:
                    throw Damaged("it holds a field of a kind that ONNX does not use");
            }
        }

        if (_file.Position != end) throw Damaged("one of its fields ends beyond its message");
    }

    private static Message Inner(Message message, int field) => (message, field) switch
    {
        (Message.Model, GraphOfModel) => Message.Graph,
        (Message.Model, 20) => Message.Training,
        (Message.Model, 25) => Message.Function,
        (Message.Training, 1 or 2) => Message.Graph,
        (Message.Function, 7) => Message.Node,
        (Message.Function, 11) => Message.Attribute,
        (Message.Graph, 1) => Message.Node,
        (Message.Graph, 5) => Message.Tensor,
        (Message.Graph, 15) => Message.Sparse,
        (Message.Node, 5) => Message.Attribute,
        (Message.Attribute, 5 or 10) => Message.Tensor,
        (Message.Attribute, 6 or 11) => Message.Graph,
        (Message.Attribute, 22 or 23) => Message.Sparse,
        (Message.Sparse, 1 or 2) => Message.Tensor,
        _ => Message.Other,
    };

    private void Skip(long bytes, long end)
    {
        if (bytes > end - _file.Position) throw Damaged("it ends within a field");
        _file.Position += bytes;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = _file.ReadByte();
            if (next < 0) throw Damaged("it ends within a number");
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }

        throw Damaged("it holds a number of more than 64 bits");
    }

    private static FailureException Damaged(string what) => WeightsFailure.Damaged(what, format: "ONNX file");
}
