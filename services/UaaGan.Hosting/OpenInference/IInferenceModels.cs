using UaaGan.Protos.Common.V1;

namespace UaaGan.Hosting;

/// <summary>What a service offers by the Open Inference Protocol. The tensors are the façade's affair, the answers the service's.</summary>
public interface IInferenceModels
{
    /// <summary>A model as callers may ask for it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version; empty: the service's choice.</param>
    /// <exception cref="UaaGan.Failures.FailureException">NOT_FOUND or INVALID_ARGUMENT; its field is name or version.</exception>
    InferenceModel Find(string name, string version);

    /// <summary>Begins a call: the model is loaded and warm when it returns.</summary>
    /// <exception cref="UaaGan.Failures.FailureException">As <see cref="Find"/>, or with a field such as parameters.epsilon, or a failure to load.</exception>
    Task<IInferenceSession> OpenAsync(InferenceCall call, CancellationToken cancellation);
}

/// <summary>One call of ModelInfer.</summary>
public interface IInferenceSession : IDisposable
{
    /// <summary>The version that answers.</summary>
    string Version { get; }

    /// <summary>The output that its answers make up.</summary>
    InferenceTensor Output { get; }

    /// <summary>The output's elements for one image, little-endian; for BYTES one element. Called for several images at a time.</summary>
    /// <param name="image">The image.</param>
    /// <param name="index">Its position in the input.</param>
    /// <param name="field">Path of the request's field it came in, for failures.</param>
    /// <param name="cancellation">The call's token.</param>
    Task<ReadOnlyMemory<byte>> AnswerAsync(Image image, int index, string field, CancellationToken cancellation);
}

/// <summary>A model that the Open Inference Protocol offers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Versions">Its versions.</param>
/// <param name="Platform">What runs it.</param>
/// <param name="Output">Its output, of one image, for an input of BYTES.</param>
public sealed record InferenceModel(string Name, IReadOnlyList<string> Versions, string Platform, InferenceTensor Output);

/// <summary>A tensor of one image: the first dimension, n, is left out.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DataType">FP32, UINT8 or BYTES.</param>
/// <param name="ItemShape">Its shape without n; empty for BYTES.</param>
public sealed record InferenceTensor(string Name, string DataType, IReadOnlyList<long> ItemShape);

/// <summary>What a call of ModelInfer asks for.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">Its version; empty: the service's choice.</param>
/// <param name="Id">The caller's id.</param>
/// <param name="Parameters">The call's parameters, as text in the invariant culture.</param>
/// <param name="RawImageShape">Height, width, channels when the images are pixels; null when they are encoded files.</param>
/// <param name="Deadline">When the caller gives up; null: never.</param>
public sealed record InferenceCall(
    string Model, string Version, string Id, IReadOnlyDictionary<string, string> Parameters, IReadOnlyList<long>? RawImageShape, DateTimeOffset? Deadline);
