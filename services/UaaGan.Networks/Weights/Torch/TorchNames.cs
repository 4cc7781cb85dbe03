using TorchSharp;
using UaaGan.Pickle;

namespace UaaGan.Networks;

/// <summary>
/// The only names that a pickle may use, and what each stands for: a storage's class, a number format or a call that
/// <see cref="TorchObjects"/> knows.
/// </summary>
internal static class TorchNames
{
    private static readonly Dictionary<string, object> Table = new(StringComparer.Ordinal)
    {
        ["collections.OrderedDict"] = TorchFunction.Dictionary,
        ["builtins.dict"] = TorchFunction.Dictionary,
        ["builtins.list"] = TorchFunction.Collection,
        ["builtins.tuple"] = TorchFunction.Collection,
        ["builtins.set"] = TorchFunction.Collection,
        ["builtins.frozenset"] = TorchFunction.Collection,
        ["torch.Size"] = TorchFunction.Collection,
        ["torch._utils._rebuild_tensor"] = TorchFunction.Tensor,
        ["torch._utils._rebuild_tensor_v2"] = TorchFunction.Tensor,
        ["torch._utils._rebuild_tensor_v3"] = TorchFunction.TypedTensor,
        ["torch._utils._rebuild_parameter"] = TorchFunction.Parameter,
        ["torch._utils._rebuild_parameter_with_state"] = TorchFunction.Parameter,
        ["torch.nn.parameter.Parameter"] = TorchFunction.Parameter,
        ["torch._tensor._rebuild_from_type_v2"] = TorchFunction.Subclass,
        ["torch.Tensor"] = TorchFunction.Opaque,
        ["torch.device"] = TorchFunction.Opaque,
        ["_codecs.encode"] = TorchFunction.Opaque,
        ["numpy.core.multiarray.scalar"] = TorchFunction.Opaque,
        ["numpy._core.multiarray.scalar"] = TorchFunction.Opaque,
        ["numpy.dtype"] = TorchFunction.Opaque,
        ["torch.DoubleStorage"] = new TorchStorageType(torch.ScalarType.Float64),
        ["torch.FloatStorage"] = new TorchStorageType(torch.ScalarType.Float32),
        ["torch.HalfStorage"] = new TorchStorageType(torch.ScalarType.Float16),
        ["torch.BFloat16Storage"] = new TorchStorageType(torch.ScalarType.BFloat16),
        ["torch.LongStorage"] = new TorchStorageType(torch.ScalarType.Int64),
        ["torch.IntStorage"] = new TorchStorageType(torch.ScalarType.Int32),
        ["torch.ShortStorage"] = new TorchStorageType(torch.ScalarType.Int16),
        ["torch.CharStorage"] = new TorchStorageType(torch.ScalarType.Int8),
        ["torch.ByteStorage"] = new TorchStorageType(torch.ScalarType.Byte),
        ["torch.BoolStorage"] = new TorchStorageType(torch.ScalarType.Bool),
        ["torch.storage.UntypedStorage"] = new TorchStorageType(torch.ScalarType.Byte),
        ["torch.storage._UntypedStorage"] = new TorchStorageType(torch.ScalarType.Byte),
        ["torch.storage.TypedStorage"] = new TorchStorageType(torch.ScalarType.Byte),
        ["torch.storage._TypedStorage"] = new TorchStorageType(torch.ScalarType.Byte),
        ["torch.float64"] = torch.ScalarType.Float64,
        ["torch.float32"] = torch.ScalarType.Float32,
        ["torch.float16"] = torch.ScalarType.Float16,
        ["torch.bfloat16"] = torch.ScalarType.BFloat16,
        ["torch.int64"] = torch.ScalarType.Int64,
        ["torch.int32"] = torch.ScalarType.Int32,
        ["torch.int16"] = torch.ScalarType.Int16,
        ["torch.int8"] = torch.ScalarType.Int8,
        ["torch.uint8"] = torch.ScalarType.Byte,
        ["torch.bool"] = torch.ScalarType.Bool,
    };

    /// <exception cref="Failures.FailureException">InvalidArgument WEIGHTS_PICKLE_REFUSED: any other name.</exception>
    public static object Find(string module, string name)
    {
        // The lengths bound the work: a pickle can name the same long text again and again.
        var full = module.Length + name.Length <= PickleDictionary.LongestKey ? $"{(module == "__builtin__" ? "builtins" : module)}.{name}" : "a name that is too long";
        return Table.TryGetValue(full, out var known) ? known : throw WeightsFailure.Refused(full);
    }

    /// <exception cref="Failures.FailureException">DataLoss WEIGHTS_FILE_DAMAGED: the key is too long to be one.</exception>
    public static string CheckKey(string key) => PickleDictionary.CheckKey(key, WeightsFailure.Faults);
}
