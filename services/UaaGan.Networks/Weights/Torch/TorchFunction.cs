namespace UaaGan.Networks;

/// <summary>What a call in a pickle of torch.save does here.</summary>
internal enum TorchFunction
{
    /// <summary>Makes a dictionary of a list of pairs.</summary>
    Dictionary,

    /// <summary>Makes a list, a set or a size of its only argument.</summary>
    Collection,

    /// <summary>Makes a tensor of (storage, offset, shape, strides, ...).</summary>
    Tensor,

    /// <summary>The same whose seventh argument is the number format.</summary>
    TypedTensor,

    /// <summary>Gives back its first argument, a tensor.</summary>
    Parameter,

    /// <summary>Makes a tensor of (function, class, arguments, state): one that carries attributes.</summary>
    Subclass,

    /// <summary>Makes a value that no weights need.</summary>
    Opaque,
}
