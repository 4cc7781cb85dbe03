using UaaGan.Imaging;

namespace UaaGan.Attacks;

/// <summary>A method of the iterative family: how it is listed, and the recipe that its options and a budget make.</summary>
internal sealed record IterativeMethod(AttackMethod Method, Func<OptionValues, Epsilon, IterativeRecipe> Recipe);
