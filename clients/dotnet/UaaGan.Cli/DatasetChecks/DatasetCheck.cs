using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Output;
using UaaGan.Retrieval;

namespace UaaGan.Cli.DatasetChecks;

/// <summary>Looks at every file of a data set and counts what its layout says.</summary>
internal sealed class DatasetCheck(DatasetContents contents, string protocol)
{
    /// <param name="bars">Where progress is shown.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public async Task<DatasetReport> Run(ProgressBars bars, CancellationToken cancellationToken)
    {
        var entries = contents.Gallery.Concat(contents.Queries).Concat(contents.Training).ToList();
        var images = new ImageScan(contents.Folder);
        await images.Read(entries, bars, cancellationToken);
        var (junk, distractors) = JunkAndDistractors();
        return new DatasetReport
        {
            Layout = contents.Layout,
            Protocol = protocol,
            Protocols = contents.Protocols,
            Images = images.Count,
            Queries = contents.Queries.Count,
            Gallery = contents.Gallery.Count,
            Training = contents.Training.Count,
            Identities = Distinct(contents.Gallery.Select(entry => entry.Identity)),
            Cameras = Distinct(contents.Gallery.Concat(contents.Queries).Select(entry => entry.Camera)),
            Junk = junk,
            Distractors = distractors,
            PairsSame = contents.Pairs.Count(pair => pair.Same),
            PairsDifferent = contents.Pairs.Count(pair => !pair.Same),
            Grey = images.Grey,
            Sizes = images.Sizes,
            QueriesWithoutMatch = QueriesWithoutMatch(),
            Duplicates = images.Duplicates(),
            Unreadable = images.Unreadable,
            Faults = [.. contents.Faults.Select(fault => new FailedItem(fault.Metadata.GetValueOrDefault("path", ""), fault.Reason, fault.Message)), .. images.Faults],
            Ignored = Ignored(entries),
        };
    }

    private (int Junk, int Distractors) JunkAndDistractors()
    {
        if (contents.Truth.Count > 0)
        {
            var junk = contents.Truth.Values.SelectMany(truth => truth.Junk).ToHashSet(StringComparer.Ordinal);
            var positive = contents.Truth.Values.SelectMany(truth => truth.Easy.Concat(truth.Hard)).ToHashSet(StringComparer.Ordinal);
            return (junk.Count, contents.Gallery.Count(entry => !junk.Contains(entry.Id) && !positive.Contains(entry.Id)));
        }

        var judge = RankingProtocols.Get(protocol);
        // A query that no row is: what is junk to it is junk by its own identity.
        var nobody = new ImageLabel("", "", "");
        var asked = contents.Queries.Select(query => query.Identity).ToHashSet(StringComparer.Ordinal);
        var left = contents.Gallery.Where(entry => judge.Judge(nobody, Label(entry)) != Relevance.Junk).ToList();
        return (contents.Gallery.Count - left.Count, left.Count(entry => !asked.Contains(entry.Identity)));
    }

    /// <summary>Queries that nothing in the gallery matches once the protocol has left out what it leaves out: they are skipped.</summary>
    private List<string> QueriesWithoutMatch()
    {
        var judge = RankingProtocols.Get(protocol);
        var byIdentity = contents.Gallery.ToLookup(entry => judge.NeedsTruth ? "" : entry.Identity, StringComparer.Ordinal);
        return
        [
            .. contents.Queries.Where(query =>
            {
                var label = Label(query);
                return !byIdentity[judge.NeedsTruth ? "" : query.Identity].Any(row => judge.Judge(label, Label(row)) == Relevance.Correct);
            }).Select(query => query.Id),
        ];
    }

    private List<string> Ignored(List<DatasetEntry> entries)
    {
        var used = entries.Select(entry => Path.GetFullPath(entry.Path)).Concat(contents.TextFiles.Select(Path.GetFullPath)).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. DatasetFiles.Under(contents.Folder)
                .Where(file => !used.Contains(file))
                .Select(file => Path.GetRelativePath(contents.Folder, file)).Order(Utf8Order.Instance),
        ];
    }

    private ImageLabel Label(DatasetEntry entry) => new(entry.Id, entry.Identity, entry.Camera) { Truth = contents.Truth.GetValueOrDefault(entry.Id) };

    private static int Distinct(IEnumerable<string> labels) => labels.Where(label => label.Length > 0).Distinct(StringComparer.Ordinal).Count();
}
