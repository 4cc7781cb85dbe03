using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

/// <summary>A file that cannot be opened is refused in the same words whatever its format should be.</summary>
public sealed class OpenedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Formats => ["any", "safetensors", "torchscript", "onnx"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void What_is_not_there_is_not_found(string format)
    {
        Refused(format, _folder.File("none"), FailureKind.NotFound, "WEIGHTS_FILE_NOT_FOUND", "There is no weights file 'none'.");
        Refused(format, _folder.File("none/none"), FailureKind.NotFound, "WEIGHTS_FILE_NOT_FOUND", "There is no weights file 'none'.");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_folder_is_named_as_such(string format)
    {
        Directory.CreateDirectory(_folder.File("folder"));
        Refused(format, _folder.File("folder"), FailureKind.NotFound, "WEIGHTS_FILE_NOT_FOUND", "The weights file 'folder' is a folder or may not be read.");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void An_empty_file_is_damage(string format)
    {
        File.WriteAllBytes(_folder.File("empty"), []);
        Refused(format, _folder.File("empty"), FailureKind.DataLoss, "WEIGHTS_FILE_DAMAGED", "The file is no whole weights file: it is empty.");
    }

    private static void Refused(string format, string path, FailureKind kind, string reason, string message)
    {
        var failure = Assert.Throws<FailureException>(() => Open(format, path));
        Assert.Equal((kind, reason, message), (failure.Kind, failure.Reason, failure.Message));
    }

    private static void Open(string format, string path)
    {
        switch (format)
        {
            case "any":
                StateReader.Open(path).Dispose();
                break;
            case "safetensors":
                SafetensorsReader.Open(path).Dispose();
                break;
            case "torchscript":
                TorchScriptArchive.Check(path);
                break;
            default:
                OnnxFile.Check(path);
                break;
        }
    }
}
