using System.Text.RegularExpressions;

namespace UaaGan.Networks;

/// <summary>
/// Looks for operators that reach outside the computation in the code of a TorchScript archive: files, other processes, what all threads
/// share. It is no sandbox: code that passes may still take all the time and memory there is.
/// </summary>
/// <remarks>
/// Of namespaces and of prim:: what is known to compute is allowed, for others may do anything (c10d:: opens sockets). Of aten:: some three
/// thousand operators compute and a handful, known by their schemas, do not, so these are refused. Names are compared wherever they
/// stand, since TorchScript lets x.save(f) and s = torch.save mean the same operator.
/// </remarks>
internal static partial class TorchScriptCode
{
    /// <summary>torch.save writes and torch.from_file maps a file; the seed is the process's; print goes to standard output.</summary>
    private static readonly HashSet<string> Refused = new(StringComparer.Ordinal)
    {
        "save", "load", "from_file", "manual_seed", "print", "rpc_async", "rpc_remote", "rpc_sync",
    };

    private static readonly HashSet<string> Primitives = new(StringComparer.Ordinal)
    {
        "EnumName", "EnumValue", "NumToTensor", "RaiseException", "StringIndex", "TupleIndex", "Uninitialized", "abs", "data", "device", "dtype", "index",
        "is_cpu", "is_cuda", "is_meta", "is_mkldnn", "is_mps", "is_nested", "is_quantized", "is_sparse", "is_sparse_csr", "is_xpu", "itemsize", "layout", "max", "min", "name", "nbytes", "rangelist",
        "requires_grad", "type", "unchecked_cast", "unchecked_unwrap_optional",
    };

    /// <param name="code">The text of a file of the archive.</param>
    /// <param name="where">The file's name.</param>
    /// <exception cref="Failures.FailureException">InvalidArgument MODEL_OPERATOR_REFUSED.</exception>
    public static void Check(string code, string where)
    {
        string[] tokens = [.. Token().Matches(code).Select(match => match.Value).Where(token => token[0] != '#')];
        for (var i = 0; i < tokens.Length; i++)
        {
            if (Found(tokens, i) is { } name) throw WholeModelFailure.OperatorRefused(name, where);
        }
    }

    private static string? Found(string[] tokens, int i)
    {
        var isMember = i > 0 && tokens[i - 1] == ".";
        return tokens[i] switch
        {
            var token when Refused.Contains(token) => isMember && i > 1 ? $"{tokens[i - 2]}.{token}" : token,
            // The libraries as a whole, as in t = torch, would go by another name from there on.
            "torch" when !isMember && At(i + 1) != "." => "torch",
            "torch" when At(i + 1) == "." && At(i + 2) == "classes" => "torch.classes",
            "ops" when !isMember => Operator(),
            "getattr" when !isMember => Attribute(),
            "\"" or "'" => "a text without end",
            _ => null,
        };

        string At(int index) => index < tokens.Length ? tokens[index] : "";

        string? Operator()
        {
            var isKnown = At(i + 1) == "." && At(i + 3) == "." && (At(i + 2) == "aten" || At(i + 2) == "prim" && Primitives.Contains(At(i + 4)));
            return isKnown ? null : string.Concat(tokens.Skip(i).Take(5));
        }

        // getattr(x, "save") is x.save, and so is a text that spells it with escapes.
        string? Attribute()
        {
            var depth = 0;
            for (var at = i + 1; at < tokens.Length; at++)
            {
                depth += tokens[at] switch { "(" or "[" or "{" => 1, ")" or "]" or "}" => -1, _ => 0 };
                if (depth <= 0) break;
                if (depth > 1 || tokens[at] != ",") continue;
                var name = At(at + 1);
                var isPlain = name.Length > 2 && name[0] is '"' or '\'' && !name.Contains('\\', StringComparison.Ordinal) && At(at + 2) is ")" or ",";
                return isPlain && !Refused.Contains(name.Trim('"', '\'')) ? null : $"getattr(..., {name})";
            }

            return "getattr";
        }
    }

    /// <summary>Comments, texts, names, and other characters one by one, as TorchScript's own lexer parts them; spaces part and are no tokens.</summary>
    [GeneratedRegex("""
        \#[^\n]* | \"{3}(?:\\.|[^\\])*?\"{3} | '{3}(?:\\.|[^\\])*?'{3} | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | [A-Za-z_][A-Za-z0-9_]* | [^\s\\]
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}
