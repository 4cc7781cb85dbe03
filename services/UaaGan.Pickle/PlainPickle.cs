namespace UaaGan.Pickle;

/// <summary>
/// Pickles of plain values: None, truth values, whole numbers (long, or BigInteger beyond), fractions (double), texts, tuples (object[]),
/// lists and sets (List), dictionaries (<see cref="PickleDictionary"/>). A pickle that names a class or a function, as those of numpy
/// arrays do, is refused.
/// </summary>
internal static class PlainPickle
{
    /// <param name="file">The file, read from its beginning; the caller disposes it.</param>
    /// <param name="bytesPerFileByte">What the values may cost for each byte of the file.</param>
    /// <param name="faults">How failures are told.</param>
    /// <exception cref="Failures.FailureException">Of <paramref name="faults"/>: the file is damaged, or asks for what is no plain value.</exception>
    public static object? Read(Stream file, int bytesPerFileByte, FileFaults faults)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(faults);
        var budget = new ReadBudget(file.Length, faults, bytesPerFileByte);
        var input = new FileWindow(file, 0, file.Length, budget);
        var value = new PickleReader(input, budget, new NoObjects(faults)).Read();
        return input.Left == 0 ? value : throw faults.Damaged($"{input.Left} bytes follow its end");
    }

    private sealed class NoObjects(FileFaults faults) : IPickleObjects
    {
        public object Find(string module, string name) => throw faults.Refused($"{FileFaults.Shorten(module)}.{name}");

        public object? Call(object? function, object?[] arguments) => throw faults.Refused("a call");

        public object Persistent(object? id) => throw faults.Refused("a persistent id");

        public bool TakesState(object? value) => false;
    }
}
