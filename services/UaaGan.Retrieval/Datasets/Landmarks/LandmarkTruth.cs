namespace UaaGan.Retrieval;

/// <summary>
/// Ground truth of Oxford5k or Paris6k, old or revisited: what the rows of the database are to each query. Under the old protocol good and
/// ok images are easy, and none is hard.
/// </summary>
/// <param name="IsRevisited">Whether it tells easy from hard.</param>
/// <param name="Images">Names of the database's images, without ending; their places are what the queries refer to.</param>
/// <param name="Queries">The queries.</param>
public sealed record LandmarkTruth(bool IsRevisited, IReadOnlyList<string> Images, IReadOnlyList<LandmarkQuery> Queries);

/// <summary>One query.</summary>
/// <param name="Name">What the ground truth calls it; the image's name in the revisited files.</param>
/// <param name="Image">Name of its image, without ending.</param>
/// <param name="Box">The part of the image that is asked for; null for all of it.</param>
/// <param name="Truth">What the database's rows are to it.</param>
public sealed record LandmarkQuery(string Name, string Image, PixelBox? Box, RevisitedTruth Truth);
