using System.Text;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>
/// The features of an evaluation, checked one by one as they come: gallery, clean queries and, for each attack, one adversarial twin
/// of every query, or twins of gallery rows. Not for several threads at once.
/// </summary>
public sealed class EvaluationSet
{
    private readonly Part _gallery = new("gallery row");
    private readonly Part _queries = new("query");
    private readonly Part[] _adversarial, _adversarialGallery;
    private int _dimension;

    /// <param name="protocol">The protocol, which says which labels are needed.</param>
    /// <param name="attacks">Names of the attacks, distinct; may be empty.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT: an empty name, or one that is there twice.</exception>
    public EvaluationSet(IRankingProtocol protocol, IReadOnlyList<string> attacks)
    {
        ArgumentNullException.ThrowIfNull(attacks);
        Protocol = protocol;
        Attacks = attacks;
        for (int i = 0; i < attacks.Count; i++) CheckName(attacks, i);
        _adversarial = [.. attacks.Select(attack => new Part($"query under attack '{attack}'"))];
        _adversarialGallery = [.. attacks.Select(attack => new Part($"gallery row under attack '{attack}'"))];
    }

    /// <summary>The protocol.</summary>
    public IRankingProtocol Protocol { get; }

    /// <summary>Names of the attacks.</summary>
    public IReadOnlyList<string> Attacks { get; }

    internal Part Gallery => _gallery;

    internal Part Queries => _queries;

    internal IReadOnlyList<Part> Adversarial => _adversarial;

    /// <summary>Of each attack; empty where it was made on queries.</summary>
    internal IReadOnlyList<Part> AdversarialGallery => _adversarialGallery;

    /// <summary>Components of each feature; 0 before the first.</summary>
    internal int Dimension => _dimension;

    /// <summary>Adds a gallery row.</summary>
    /// <param name="label">Its labels.</param>
    /// <param name="feature">Its feature, normalised here.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT names the item and what is wrong with it; so for the other two.</exception>
    public void AddGallery(in ImageLabel label, ReadOnlySpan<float> feature) => AddLabelled(_gallery, label, feature);

    /// <summary>Adds a clean query.</summary>
    public void AddQuery(in ImageLabel label, ReadOnlySpan<float> feature)
    {
        if (Protocol.NeedsTruth && label.Truth is null)
            throw Failure("TRUTH_MISSING", label.Id, "truth", $"The query '{label.Id}' has no ground truth; {Protocol.Name} needs lists of the gallery's rows.");
        AddLabelled(_queries, label, feature);
    }

    /// <summary>Adds the adversarial twin of the query with the same id. It is judged by its clean twin's labels; its own may be empty.</summary>
    /// <param name="attack">Index into <see cref="Attacks"/>.</param>
    /// <param name="label">Its id, and labels that must agree with the clean twin's where they are set.</param>
    /// <param name="feature">Its feature, normalised here.</param>
    public void AddAdversarial(int attack, in ImageLabel label, ReadOnlySpan<float> feature) => Add(Of(_adversarial, attack, label), label, feature);

    /// <summary>
    /// Adds the adversarial twin of the gallery row with the same id, in whose place clean queries find it under the attack. Rows without a
    /// twin stay as they are. An attack is made on queries or on the gallery, not on both.
    /// </summary>
    /// <param name="attack">Index into <see cref="Attacks"/>.</param>
    /// <param name="label">Its id, and labels that must agree with the clean row's where they are set.</param>
    /// <param name="feature">Its feature, normalised here.</param>
    public void AddAdversarialGallery(int attack, in ImageLabel label, ReadOnlySpan<float> feature) =>
        Add(Of(_adversarialGallery, attack, label), label, feature);

    /// <summary>Checks what only the whole can show: every query has one twin under every attack on queries, and every twin its clean image.</summary>
    internal void Check()
    {
        if (_gallery.Count == 0) throw Empty("GALLERY_EMPTY", "There is no gallery row; a ranking needs at least one.");
        if (_queries.Count == 0) throw Empty("QUERIES_EMPTY", "There is no clean query; a mean needs at least one.");
        if (Protocol.NeedsTruth) CheckTruth();
        foreach (var (attack, part) in _adversarial.Index())
        {
            foreach (var label in part.Labels) CheckTwin(_queries, part, label);
            if (_adversarialGallery[attack] is { Count: > 0 } rows)
            {
                CheckGallery(rows, part);
                continue;
            }

            foreach (var label in _queries.Labels)
            {
                if (part.Find(label.Id) >= 0) continue;
                throw Failure("ADVERSARIAL_TWIN_MISSING", label.Id, "item.id", $"There is no {part.Role} with the id '{label.Id}'; each clean query needs one.");
            }
        }
    }

    private void CheckTruth()
    {
        foreach (var query in _queries.Labels)
        {
            if (query.Truth!.Listed.FirstOrDefault(id => _gallery.Find(id) < 0) is not { } missing) continue;
            throw Failure("TRUTH_ROW_MISSING", query.Id, "item.truth", $"The ground truth of query '{query.Id}' lists '{missing}', which is no gallery row.");
        }
    }

    private void CheckGallery(Part rows, Part queries)
    {
        if (queries.Count > 0)
            throw Failure("ATTACK_ON_BOTH_SIDES", queries.Labels[0].Id, "item.role", $"There is a {queries.Role} and a {rows.Role}; an attack is made on one side. Give each side an attack of its own.");
        foreach (var label in rows.Labels) CheckTwin(_gallery, rows, label);
    }

    private static void CheckTwin(Part originals, Part part, in ImageLabel label)
    {
        int found = originals.Find(label.Id);
        if (found < 0)
        {
            throw Failure("CLEAN_TWIN_MISSING", label.Id, "item.id", $"There is no clean {originals.Role} with the id '{label.Id}', which is a {part.Role}.");
        }

        var clean = originals.Labels[found];
        if ((label.Identity.Length > 0 && label.Identity != clean.Identity) || (label.Camera.Length > 0 && label.Camera != clean.Camera))
        {
            throw Failure(
                "TWIN_LABELS_DIFFER", label.Id, "item.identity",
                $"The {part.Role} '{label.Id}' has identity '{label.Identity}' and camera '{label.Camera}', its clean twin '{clean.Identity}' and '{clean.Camera}'; leave them out or make them equal.");
        }
    }

    private static Part Of(Part[] parts, int attack, in ImageLabel label) => attack >= 0 && attack < parts.Length
        ? parts[attack]
        : throw Failure(
            "BAD_ATTACK_INDEX", label.Id, "attack", $"The item '{label.Id}' belongs to attack {attack}; there are {parts.Length}, counted from 0.");

    private void AddLabelled(Part part, in ImageLabel label, ReadOnlySpan<float> feature)
    {
        if (label.Identity.Length == 0 && !Protocol.NeedsTruth)
        {
            throw Failure("IDENTITY_MISSING", label.Id, "identity", $"The {part.Role} '{label.Id}' has no identity; {Protocol.Name} needs one.");
        }

        if (Protocol.NeedsCamera && label.Camera.Length == 0)
        {
            throw Failure("CAMERA_MISSING", label.Id, "camera", $"The {part.Role} '{label.Id}' has no camera; {Protocol.Name} needs one.");
        }

        Add(part, label, feature);
    }

    private void Add(Part part, in ImageLabel label, ReadOnlySpan<float> feature)
    {
        LabelRules.Check(label);
        if (_dimension != 0 && feature.Length != _dimension)
        {
            throw Failure(
                "DIMENSION_MISMATCH", label.Id, "feature",
                $"The feature of {part.Role} '{label.Id}' has {feature.Length} components; the first item's has {_dimension}, and all must agree.");
        }

        float[] unit = UnitFeature.Normalize(feature, label.Id, part.Role);
        if (!part.Add(label, unit)) throw Failure("DUPLICATE_ITEM_ID", label.Id, "id", $"There are two items '{label.Id}' with the role {part.Role}; each id may be there once.");
        _dimension = unit.Length;
    }

    private static void CheckName(IReadOnlyList<string> attacks, int i)
    {
        if (attacks[i].Length == 0 || Encoding.UTF8.GetByteCount(attacks[i]) > LabelRules.MaxBytes)
        {
            throw Failure("BAD_ATTACK_NAME", "", "attacks", $"Attack {i} has a name of {Encoding.UTF8.GetByteCount(attacks[i])} bytes; it must have 1 to {LabelRules.MaxBytes}.");
        }

        for (int j = 0; j < i; j++)
        {
            if (attacks[j] == attacks[i]) throw Failure("DUPLICATE_ATTACK", "", "attacks", $"Attacks {j} and {i} are both named '{attacks[i]}'; names must be distinct.");
        }
    }

    private static FailureException Empty(string reason, string message) => new(FailureKind.InvalidArgument, reason, message) { Field = "item" };

    private static FailureException Failure(string reason, string id, string field, string message) =>
        new(FailureKind.InvalidArgument, reason, message)
        {
            Field = field,
            Metadata = new Dictionary<string, string> { ["id"] = id },
        };

    /// <summary>The items of one role, in the order they came.</summary>
    internal sealed class Part(string role)
    {
        private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
        private readonly List<ImageLabel> _labels = [];
        private readonly List<float[]> _features = [];

        public string Role => role;

        public int Count => _labels.Count;

        public IReadOnlyList<ImageLabel> Labels => _labels;

        public IReadOnlyList<float[]> Features => _features;

        public int Find(string id) => _index.GetValueOrDefault(id, -1);

        public bool Add(in ImageLabel label, float[] feature)
        {
            if (!_index.TryAdd(label.Id, _labels.Count)) return false;
            _labels.Add(label);
            _features.Add(feature);
            return true;
        }
    }
}
