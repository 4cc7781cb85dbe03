using System.CommandLine;
using System.Globalization;

namespace UaaGan.Benchmarks;

/// <summary>Options that take a whole number from 1.</summary>
internal static class NumberOption
{
    /// <param name="name">Such as --rounds.</param>
    /// <param name="fallback">Its value where it is not given.</param>
    /// <param name="description">For the help.</param>
    /// <param name="most">The largest number it takes.</param>
    public static Option<int> Create(string name, int fallback, string description, int most = int.MaxValue) =>
        Checked(new Option<int>(name) { Description = description, DefaultValueFactory = _ => fallback }, most, number => number);

    /// <summary>One whose value, where it is not given, depends on others.</summary>
    public static Option<int?> Create(string name, string description) => Checked(new Option<int?>(name) { Description = description }, int.MaxValue, number => number);

    private static Option<T> Checked<T>(Option<T> option, int most, Func<T?, int?> number)
    {
        option.Validators.Add(result =>
        {
            if (number(result.GetValueOrDefault<T>()) is { } value && (value < 1 || value > most))
                result.AddError(most == int.MaxValue ? $"{option.Name} takes a number from 1." : string.Create(CultureInfo.InvariantCulture, $"{option.Name} takes a number from 1 to {most}."));
        });
        return option;
    }
}
