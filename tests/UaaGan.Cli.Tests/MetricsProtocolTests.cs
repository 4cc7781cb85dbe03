using System.Text.Json.Nodes;
using UaaGan.Cli.Scoring;

namespace UaaGan.Cli.Tests;

/// <summary><c>metrics</c> on small files whose answers are counted by hand.</summary>
public sealed class MetricsProtocolTests
{
    /// <summary>One query of person 1; rows at rising angles: a stranger, person 1, a stranger, person 1.</summary>
    private const string Rows = """
        "query": {"features": [[1, 0]], "identity": [1], "camera": [1]},
        "gallery": {"features": [[1, 0.1], [1, 0.2], [1, 0.3], [1, 0.4], [1, 0]], "identity": [2, 1, 3, 1, 1], "camera": [2, 2, 2, 3, 1]}
        """;

    [Theory]
    [InlineData("market1501", "rectangle", (0.5 + 0.5) / 2)]
    [InlineData("dukemtmc-reid", "trapezoid", ((0 + 0.5) / 2 + (1 / 3.0 + 0.5) / 2) / 2)]
    [InlineData("msmt17", "rectangle", 0.5)]
    public void Person_protocols_give_map_cmc_and_minp(string protocol, string rule, double precision)
    {
        var result = Score($$"""{"protocol": "{{protocol}}", "average_precision": "{{rule}}", {{Rows}}}""");
        Assert.Equal(precision, (double)result["mean_average_precision"]!, 1e-12);
        Assert.Equal(0.5, (double)result["mean_inverse_negative_penalty"]!, 1e-12);
        Assert.Equal([0, 1, 1, 1, 1], result["cmc"]!.AsArray().Select(value => (double)value!));
        Assert.StartsWith(rule, (string?)result["rules"]!["average_precision"], StringComparison.Ordinal);
        Assert.Contains("identity and camera", (string?)result["rules"]!["junk"], StringComparison.Ordinal);
    }

    [Fact]
    public void Cuhk03_states_its_draws_and_gives_the_same_for_the_same_seed()
    {
        string file = $$"""{"protocol": "cuhk03", "seed": 4, {{Rows}}}""";
        var result = Score(file);
        Assert.Contains("10 draws", (string?)result["rules"]!["denominator"], StringComparison.Ordinal);
        Assert.Equal(0.5, (double)result["mean_average_precision"]!, 1e-12);
        // Strangers at ranks 1 and, of three drawn, before or behind the drawn row of person 1.
        Assert.Equal(0, (double)result["cmc"]![0]!);
        Assert.Equal(1, (double)result["cmc"]![2]!);
        Assert.InRange((double)result["cmc"]![1]!, 0.1, 0.9);
        Assert.Equal(result.ToJsonString(), Score(file).ToJsonString());
    }

    /// <summary>Under attack the query turns by a right angle, and the ranking with it.</summary>
    [Fact]
    public void An_attack_block_tells_what_was_moved()
    {
        const string Gallery = """{"features": [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], "identity": ["a", "a", "b", "b"]}""";
        var attack = Score($$"""
            {"protocol": "leave-one-out", "tau_rows": 3, "query": {"features": [[1, 0]], "identity": ["a"]}, "gallery": {{Gallery}}, "attack": {"features": [[0, 1]]} }
            """)["attack"]!;
        // Clean 1 3 2, under attack 2 3 1: the match falls from rank 1 to 3 of 3; of the three pairs none keeps its order.
        Assert.Equal(1 / 3.0, (double)attack["mean_average_precision"]!, 1e-12);
        Assert.Equal((1 - (1 / 3.0)) / (1 - (11 / 18.0)), (double)attack["map_lost"]!, 1e-12);
        Assert.Equal((1.0, 1.0, 1.0), ((double)attack["success_at"]!["1"]!["all_queries"]!, (double)attack["success_at"]!["1"]!["right_when_clean"]!, (double)attack["success_at"]!["1"]!["right_when_clean_queries"]!));
        Assert.Equal(0, (double)attack["success_at"]!["5"]!["all_queries"]!);
        Assert.Equal((0.0, 1.0), ((double)attack["overlap_at"]!["1"]!, (double)attack["overlap_at"]!["5"]!));
        Assert.Equal(2, (double)attack["first_correct_rank_shift"]!["median"]!);
        Assert.Equal(4, (double)attack["clean_twin_rank"]!["median"]!);
        Assert.Equal(-1, (double)attack["kendall_tau"]!);
        Assert.Equal((Math.Sqrt(2), 1.0), ((double)attack["feature_shift"]!["euclidean"]!, Math.Round((double)attack["feature_shift"]!["one_minus_cosine"]!, 12)));
        Assert.Contains("first 3 rows", (string?)attack["rules"]!["kendall_tau"], StringComparison.Ordinal);
    }

    [Fact]
    public void The_old_oxford_protocol_takes_good_and_ok_and_leaves_junk_out()
    {
        var result = Score("""
            {"protocol": "oxford-paris", "database_size": 6, "ranks_by_query": [[5, 0, 3, 1, 2, 4]], "ground_truth": [{"good": [0], "ok": [1], "junk": [5]}],
             "attack": {"ranks_by_query": [[5, 3, 2, 4, 0, 1]]}}
            """);
        Assert.Equal((1 + ((0.5 + (2 / 3.0)) / 2)) / 2, (double)result["mean_average_precision"]!, 1e-12);
        Assert.Equal((1.0, 2 / 3.0, 2 / 3.0), ((double)result["mean_precision_at"]!["1"]!, (double)result["mean_precision_at"]!["5"]!, (double)result["mean_precision_at"]!["10"]!));
        Assert.Equal(3, (double)result["attack"]!["first_correct_rank_shift"]!["median"]!);
        Assert.StartsWith("trapezoid", (string?)result["rules"]!["average_precision"], StringComparison.Ordinal);
    }

    /// <summary>The same rankings as features: rows in the order of their places.</summary>
    [Fact]
    public void Revisited_gives_the_same_from_features_as_from_rankings()
    {
        const string Truth = """
            "ground_truth": [{"easy": [1], "hard": [3], "junk": [0]}, {"easy": [2], "hard": [], "junk": []}]
            """;
        var ranked = Score($$"""
            {"protocol": "revisited", "database_size": 5, "ranks_by_query": [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0]], {{Truth}}, "attack": {"ranks_by_query": [[4, 3, 2, 1, 0], [0, 1, 2, 3, 4]]} }
            """);
        var features = Score($$"""
            {"protocol": "revisited", "query": {"features": [[1, 0], [0, 1]]}, "gallery": {"features": [[1, 0], [1, 0.3], [1, 1], [0.3, 1], [0, 1]]}, {{Truth}}, "attack": {"features": [[0, 1], [1, 0]]} }
            """);
        foreach (var difficulty in (string[])["easy", "medium", "hard"])
        {
            var (wanted, made) = (ranked[difficulty]!, features[difficulty]!);
            foreach (var field in (string[])["average_precision", "mean_precision_at"]) Assert.Equal(wanted[field]!.ToJsonString(), made[field]!.ToJsonString());
            foreach (var field in (string[])["map_lost", "success_at", "overlap_at", "first_correct_rank_shift", "kendall_tau"])
                Assert.Equal(wanted["attack"]![field]?.ToJsonString(), made["attack"]![field]?.ToJsonString());
        }

        // Hard: the clean ranking is worse than chance, so that there is no share to lose.
        Assert.Null(features["hard"]!["attack"]!["map_lost"]);
        Assert.NotNull(features["medium"]!["attack"]!["map_lost"]);
        Assert.Equal("[null]", new JsonArray(ranked["hard"]!["average_precision"]![1]?.DeepClone()).ToJsonString());
        Assert.Equal(1, (double)features["easy"]!["attack"]!["feature_shift"]!["one_minus_cosine"]!, 1e-6);
    }

    [Fact]
    public void Lfw_says_which_false_accept_rates_its_pairs_can_resolve()
    {
        string left = string.Join(", ", Enumerable.Repeat("[1]", 40)), right = string.Join(", ", Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? "[1]" : "[-1]"));
        string same = string.Join(", ", Enumerable.Range(0, 40).Select(i => 1 - (i % 2)));
        var result = Score($$"""{"protocol": "lfw_verification", "pairs": {"left": [{{left}}], "right": [{{right}}], "same": [{{same}}]}, "attack": {"left": [{{left.Replace("1", "-1", StringComparison.Ordinal)}}]} }""");
        Assert.Equal(["1e-1", "1e-2", "1e-3", "1e-4", "1e-5", "1e-6"], result["tar_at_far"]!.AsObject().Select(rate => rate.Key));
        // No threshold below 4 accepts a pair at distance 4: the reference then takes 0, which accepts none.
        Assert.Equal((0.0, 0.0), ((double)result["tar_at_far"]!["1e-1"]!["tar"]!, (double)result["tar_at_far"]!["1e-1"]!["measured_far"]!));
        Assert.Null(result["tar_at_far"]!["1e-2"]!["tar"]);
        Assert.Contains("too few negatives", (string?)result["tar_at_far"]!["1e-2"]!["why_not"], StringComparison.Ordinal);
        Assert.Equal((0.0, 1.0, 1.0), ((double)result["attack"]!["accuracy_mean"]!, (double)result["attack"]!["dodging"]!["right_when_clean"]!, (double)result["attack"]!["impersonation"]!["all_pairs"]!));
    }

    [Fact]
    public void Identification_is_closed_and_open_set()
    {
        var result = Score("""
            {"protocol": "identification", "gallery": {"features": [[1, 0], [0, 1]], "identity": ["a", "b"]},
             "query": {"features": [[1, 0.1], [1, 0.9], [0.5, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1]],
                       "identity": ["a", "b", "b", "x", "x", "x", "x", "x", "x", "x", "x", "x"]}}
            """);
        Assert.Equal((3, 9), ((int)result["mated_probes"]!, (int)result["non_mated_probes"]!));
        Assert.Equal([2 / 3.0, 1], result["cmc"]!.AsArray().Select(value => (double)value!));
        Assert.Contains("9 non-mated probes, and 10 are needed", (string?)result["dir_at_far"]!["1e-1"]!["why_not"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"protocol": "market1501", "average_precision": "area", "query": {"features": [], "identity": [], "camera": []}, "gallery": {"features": [], "identity": [], "camera": []}}""", "$.average_precision is 'area'")]
    [InlineData("""{"protocol": "leave-one-out", "query": {"features": [[1]], "identity": [1]}, "gallery": {"features": [[1]], "identity": [1]}, "attack": {}}""", "$.attack.features is missing")]
    [InlineData("""{"protocol": "leave-one-out", "query": {"features": [[1]], "identity": [1]}, "gallery": {"features": [[1]], "identity": [1]}, "attack": {"features": [[1], [1]]}}""", "no clean query")]
    [InlineData("""{"protocol": "leave-one-out", "tau_rows": 1, "query": {"features": [[1]], "identity": [1]}, "gallery": {"features": [[1]], "identity": [1]}}""", "2 to 1000")]
    [InlineData("""{"protocol": "oxford-paris", "database_size": 3, "ranks_by_query": [[0]], "ground_truth": [{"good": [0], "junk": []}]}""", "$.ground_truth[0].ok is missing")]
    [InlineData("""{"protocol": "revisited", "query": {"features": [[1]]}, "gallery": {"features": [[1]]}, "ground_truth": [{"easy": [1], "hard": [], "junk": []}]}""", "$.ground_truth[0] has row 1; the database has rows 0 to 0")]
    [InlineData("""{"protocol": "revisited", "query": {"features": [[1]]}, "gallery": {"features": [[1]]}, "ground_truth": []}""", "$.query.features has 1 entries and $.ground_truth 0")]
    [InlineData("""{"protocol": "lfw_verification", "pairs": {"left": [[1], null], "right": [[1]], "same": [1]}}""", "$.pairs.left[1] is missing")]
    [InlineData("""{"protocol": "identification", "query": {"features": [[1]], "identity": [1]}, "gallery": {"features": [[1, 0]], "identity": [1]}}""", "query.features[0] has 1 components")]
    public void A_wrong_file_is_told_where_and_what_would_be_right(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<CliException>(() => MetricsFile.Score(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Memory_is_told_before_work_starts_and_bounded()
    {
        long told = 0;
        MetricsFile.Score($$"""{"protocol": "market1501", {{Rows}}}""", new MetricsOptions { Announce = memory => told = memory.TotalBytes });
        Assert.InRange(told, 1, 1 << 20);
        Assert.Contains("are allowed", Assert.Throws<CliException>(() => MetricsFile.Score($$"""{"protocol": "market1501", {{Rows}}}""", new MetricsOptions { MaxMemoryBytes = 100 })).Message, StringComparison.Ordinal);
    }

    private static JsonObject Score(string json) => MetricsFile.Score(json);
}
