namespace UaaGan.Retrieval;

/// <summary>One image of a data set.</summary>
/// <param name="Id">Path relative to the data set's folder, with '/' between its parts; a landmark query's name.</param>
/// <param name="Path">Where the file is.</param>
/// <param name="Identity">Identity or class; empty for training images, which carry no label.</param>
/// <param name="Camera">Camera; empty where the data set names none.</param>
public sealed record DatasetEntry(string Id, string Path, string Identity, string Camera)
{
    /// <summary>The part of the image that counts; null: all of it.</summary>
    public PixelBox? Box { get; init; }
}
