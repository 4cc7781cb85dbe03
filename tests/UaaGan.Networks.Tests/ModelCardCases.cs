using System.Text.Json.Nodes;

namespace UaaGan.Networks.Tests;

/// <summary>Values of a card's fields that are right and wrong by themselves, as JSON.</summary>
internal static class ModelCardCases
{
    public static readonly string Hash = new('0', 64);

    private static readonly string Feature = string.Join(',', Enumerable.Repeat("0.5", 63));

    public static readonly (string Field, string[] Values)[] Right =
    [
        ("name", ["\"a\"", "\"0.b_c-d\"", Text('a', 128)]),
        ("version", ["2147483647"]),
        ("architecture", ["\"resnet50\"", "\"pcb_p4\""]),
        ("architecture_options", ["{}", "{\"width\":-1}"]),
        ("weights", [File("w.safetensors"), File("w.safetensors", original: "null"), File("w.safetensors", original: File("Ünsere Gewichte.pth"))]),
        ("feature_dimension", ["1", "65536"]),
        ("input", ["{\"height\":64,\"width\":4096}", "{\"height\":8,\"width\":8}"]),
        ("resize", ["\"none\"", "\"nearest\""]),
        ("short_side", ["null", "64", "4096"]),
        ("pad", ["[0,31,47,32]"]),
        ("mean", ["[-1000,0,1000]"]),
        ("std", ["[1e-6,1,1000]"]),
        ("channel_order", ["\"bgr\""]),
        ("pooling", ["\"rmac\"", "\"gem\"", "\"mac\""]),
        ("gem_p", ["1e-3", "100"]),
        ("l2_normalise", ["false"]),
        ("scales", ["[1,0.5,2.0]"]),
        ("flip", ["true"]),
        ("whitening", ["null", File("w.safetensors")]),
        ("takes_aligned_faces", ["true"]),
        ("engine", ["\"libtorch\""]),
        ("data_type", ["\"bfloat16\""]),
        ("batch_sizes", ["[1]", "[3,1024]"]),
        ("licence", ["null", "\"\"", $"\"{string.Concat(Enumerable.Repeat("\U0001F600", 4096))}\""]),
        ("source", ["null", Text('x', 4096)]),
        ("check", ["null", $"{{\"feature\":[{Feature},-3.4e38]}}"]),
    ];

    public static readonly (string Field, string[] Values)[] Wrong =
    [
        ("unknown", ["1"]),
        ("Flip", ["true"]),
        ("name", ["null", "1", "\"\"", "\"A\"", "\".a\"", "\"a/b\"", "\"ü\"", Text('a', 129)]),
        ("version", ["null", "0", "-1", "1.5", "2147483648", "\"1\""]),
        ("architecture", ["null", "\"resnet_9000\"", "\"ResNet50\""]),
        ("architecture_options", ["null", "[]", "{\"width\":0.5}", "{\"width\":2147483648}", "{\"width\":null}"]),
        ("weights",
        [
            "null", "{}", File("../w.safetensors"), File("w.pth"), File(""), File("w\\u0000.safetensors"), File(new string('w', 244) + ".safetensors"),
            File("w.safetensors", Hash[1..]), File("w.safetensors", Hash + "0"), File("w.safetensors", Hash[1..] + "A"),
            File("w.safetensors", original: "{}"), File("w.safetensors", original: File("a/b")), File("w.safetensors", original: File("")),
            File("w.safetensors", original: File("b", "")), File("w.safetensors", original: File("b", original: "null")),
        ]),
        ("feature_dimension", ["null", "0", "65537", "64.5"]),
        ("input",
        [
            "null", "[64,48]", "{\"height\":64}", "{\"height\":7,\"width\":64}", "{\"height\":64,\"width\":4097}", "{\"height\":64,\"width\":48,\"depth\":3}",
        ]),
        ("resize", ["null", "1", "\"bicubic\"", "\"Bilinear\"", "\" none\"", "\"none,nearest\""]),
        ("short_side", ["\"256\"", "0", "-1", "256.5", "4097"]),
        ("channel_order", ["null", "1", "\"BGR\"", "\"grb\""]),
        ("pad", ["null", "[1,2,3]", "[1,2,3,4,5]", "[0,-1,0,0]", "[0,0.5,0,0]", "[4096,0,0,0]"]),
        ("mean", ["null", "0.5", "[0.5,0.5]", "[0.5,0.5,1001]", "[0.5,0.5,null]"]),
        ("std", ["null", "[0.5,0.5]", "[0.5,0,0.5]", "[0.5,-1,0.5]", "[0.5,1e-7,0.5]", "[0.5,0.5,1001]"]),
        ("pooling", ["null", "0", "\"max\"", "\"GEM\"", "\"Average\"", "\"avg,gem\""]),
        ("gem_p", ["null", "0", "-1", "100.5", "\"3\""]),
        ("l2_normalise", ["null", "1", "\"yes\""]),
        ("scales", ["null", "[]", "[1,1]", "[1,1.0]", "[0]", "[-1]", "[1,1.1,1.2,1.3,1.4,1.5,1.6,1.7,1.8]"]),
        ("flip", ["null", "1"]),
        ("whitening", ["{}", "\"w.safetensors\"", File("w.pt"), File("../w.safetensors"), File("w.safetensors", "0"), File("w.safetensors", original: "{}")]),
        ("takes_aligned_faces", ["null", "\"true\""]),
        ("engine", ["null", "\"onnxruntime\"", "\"tensorrt\""]),
        ("data_type", ["null", "\"float16\""]),
        ("batch_sizes", ["null", "[]", "[1,1]", "[0,2]", "[2000]", "[1.5]", $"[{string.Join(',', Enumerable.Range(1, 33))}]"]),
        ("licence", ["1", Text('x', 4097)]),
        ("source", ["[]", Text('x', 4097)]),
        ("check", ["{}", "[]", "{\"feature\":null}", $"{{\"feature\":[{Feature},1e39]}}", $"{{\"feature\":[{Feature},0.5],\"image\":1}}"]),
    ];

    /// <summary>The fields that must be there and no more, of a demo_resnet, with changes.</summary>
    public static JsonObject Card(params (string Field, string Value)[] changes)
    {
        var card = new JsonObject
        {
            ["name"] = "demo",
            ["version"] = 1,
            ["architecture"] = "demo_resnet",
            ["weights"] = JsonNode.Parse(File("weights.safetensors")),
            ["feature_dimension"] = 64,
            ["input"] = new JsonObject { ["height"] = 64, ["width"] = 48 },
        };
        foreach (var (field, value) in changes) card[field] = JsonNode.Parse(value);
        return card;
    }

    /// <summary>A weights file as JSON.</summary>
    public static string File(string name, string? hash = null, string? original = null) =>
        $"{{\"file\":\"{name}\",\"sha256\":\"{hash ?? Hash}\"{(original is null ? "" : $",\"original\":{original}")}}}";

    private static string Text(char character, int length) => $"\"{new string(character, length)}\"";
}
