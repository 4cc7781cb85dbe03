using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>
/// Which libtorch TorchSharp works on: the one that comes with this program, or, in a build without one (-p:UaaGanTorch=external), an
/// existing PyTorch's, whose lib folder the environment's UAAGAN_LIBTORCH names. What is loaded before TorchSharp asks for it is what
/// TorchSharp gets, unless there is another beside the program.
/// </summary>
public static partial class LibTorch
{
    /// <summary>Names the folder that has libtorch.so, such as .../site-packages/torch/lib.</summary>
    public const string FolderVariable = "UAAGAN_LIBTORCH";

    /// <summary>1 there lets in another version than <see cref="Version"/>, at the user's own risk: it may crash.</summary>
    public const string ForceVariable = "UAAGAN_LIBTORCH_FORCE";

    /// <summary>Major and minor version that this TorchSharp is made for.</summary>
    public const string Version = "2.10";

    // In the order of what they need of each other; those of CUDA are there or not.
    private static readonly (string File, bool IsRequired)[] Libraries =
    [
        ("libc10.so", true), ("libtorch_cpu.so", true), ("libc10_cuda.so", false), ("libtorch_cuda.so", false), ("libtorch.so", true),
    ];

    /// <summary>Loads the libtorch that the environment names, if it names one. To be called before anything of TorchSharp.</summary>
    /// <exception cref="FailureException">LIBTORCH_NOT_FOUND, LIBTORCH_VERSION, LIBTORCH_UNUSABLE, or LIBTORCH_TWICE: this program has its own.</exception>
    public static void LoadNamed()
    {
        bool hasOwn = File.Exists(Path.Combine(AppContext.BaseDirectory, "libtorch_cpu.so"));
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { Length: > 0 } folder)
        {
            if (hasOwn) return;
            throw Refused("LIBTORCH_NOT_FOUND", $"This program was built without a libtorch; name the lib folder of a PyTorch {Version} with {FolderVariable}, such as .../site-packages/torch/lib.");
        }

        if (hasOwn) throw Refused("LIBTORCH_TWICE", $"{FolderVariable} names a libtorch, and this program brings its own, which would be loaded as well; build it with -p:UaaGanTorch=external.");
        Check(folder, Environment.GetEnvironmentVariable(ForceVariable) == "1");
        foreach (var (file, isRequired) in Libraries)
        {
            string path = Path.Combine(folder, file);
            if (isRequired || File.Exists(path)) Load(path);
        }
    }

    /// <summary>Refuses a folder without a libtorch, or with one that TorchSharp is not made for.</summary>
    internal static void Check(string folder, bool force)
    {
        foreach (var (file, _) in Libraries.Where(library => library.IsRequired))
        {
            if (!File.Exists(Path.Combine(folder, file)))
                throw Refused("LIBTORCH_NOT_FOUND", $"{FolderVariable} is '{folder}', which has no {file}; name the lib folder of a PyTorch {Version}, such as .../site-packages/torch/lib.");
        }

        string? found = VersionOf(folder);
        if (force || found == Version || found?.StartsWith($"{Version}.", StringComparison.Ordinal) == true) return;
        throw Refused(
            "LIBTORCH_VERSION",
            $"{FolderVariable} is '{folder}', PyTorch {found ?? "of an unknown version"}; this TorchSharp is made for {Version}. Install that, or set {ForceVariable}=1 to try it all the same.");
    }

    /// <summary>As PyTorch (version.py) or libtorch (build-version) says beside its lib folder; null: neither is there.</summary>
    private static string? VersionOf(string folder)
    {
        string parent = Path.GetDirectoryName(Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar)) ?? folder;
        string wheel = Path.Combine(parent, "version.py"), archive = Path.Combine(parent, "build-version");
        if (File.Exists(wheel) && WheelVersion().Match(File.ReadAllText(wheel)) is { Success: true } match) return match.Groups[1].Value;
        return File.Exists(archive) ? File.ReadAllText(archive).Trim() : null;
    }

    private static void Load(string path)
    {
        try
        {
            NativeLibrary.Load(path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw Refused("LIBTORCH_UNUSABLE", $"{path}, which {FolderVariable} names, cannot be loaded: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    private static FailureException Refused(string reason, string message, Exception? inner = null) => new(FailureKind.FailedPrecondition, reason, message, inner);

    [GeneratedRegex("""^__version__ = '([^']+)'""", RegexOptions.Multiline)]
    private static partial Regex WheelVersion();
}
