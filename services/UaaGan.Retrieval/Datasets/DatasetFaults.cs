using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>Collects what is wrong with a data set, so that a check tells all of it and an evaluation stops at the first.</summary>
internal sealed class DatasetFaults
{
    private readonly List<FailureException> _all = [];

    public IReadOnlyList<FailureException> All => _all;

    public void Add(FailureException fault) => _all.Add(fault);

    /// <param name="reason">For programs.</param>
    /// <param name="path">The file or folder at fault.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    /// <param name="line">Line of the file, from 1; 0 where it is no line.</param>
    public void Add(string reason, string path, string message, int line = 0) => Add(Failure(reason, path, message, line));

    /// <summary>The value, or null when reading it fails, which is kept.</summary>
    public T? Try<T>(Func<T> read) where T : class
    {
        try
        {
            return read();
        }
        catch (FailureException failure)
        {
            Add(failure);
            return null;
        }
    }

    public static FailureException Failure(string reason, string path, string message, int line = 0)
    {
        var metadata = new Dictionary<string, string> { ["path"] = path };
        if (line > 0) metadata["line"] = line.ToString(CultureInfo.InvariantCulture);
        return new FailureException(FailureKind.InvalidArgument, reason, message) { Metadata = metadata };
    }
}
