using TorchSharp;

namespace UaaGan.Networks;

/// <summary>The class of a storage as a pickle names it.</summary>
/// <param name="DataType">Number format of its elements.</param>
internal sealed record TorchStorageType(torch.ScalarType DataType);

/// <summary>The bytes that one or more tensors view, or, in very old files, a part of them.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="DataType">Number format of its elements.</param>
/// <param name="WholeBytes">Bytes that the file holds under the key.</param>
/// <param name="Begin">Where the part begins, in bytes.</param>
/// <param name="Bytes">Bytes of the part.</param>
internal sealed record TorchStorage(string Key, torch.ScalarType DataType, long WholeBytes, long Begin, long Bytes);
