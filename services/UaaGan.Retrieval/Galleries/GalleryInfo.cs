namespace UaaGan.Retrieval;

/// <summary>A gallery as the store has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dimension">D, components of each feature.</param>
/// <param name="Items">Items in it.</param>
/// <param name="Generation">Another number after every write; none comes twice in a store, also not when a gallery of the name is made anew.</param>
/// <param name="Created">When it was made, to the millisecond.</param>
/// <param name="Description">The caller's note.</param>
public sealed record GalleryInfo(string Name, int Dimension, long Items, long Generation, DateTimeOffset Created, string Description);

/// <summary>An item to insert or to replace.</summary>
/// <param name="Gallery">Name of its gallery.</param>
/// <param name="Label">Its id, identity and camera.</param>
/// <param name="Feature">Its feature, a unit vector (<see cref="UnitFeature.Normalize"/>).</param>
public sealed record GalleryWrite(string Gallery, ImageLabel Label, float[] Feature);
