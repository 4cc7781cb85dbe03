namespace UaaGan.Attacks;

/// <summary>A trained generator with its weights.</summary>
/// <param name="Record">What is known of it.</param>
/// <param name="Weights">Its weight file (safetensors), whose SHA-256 is the record's.</param>
public sealed record TrainedGenerator(GeneratorRecord Record, ReadOnlyMemory<byte> Weights);
