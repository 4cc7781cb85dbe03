namespace UaaGan.Networks.Tests;

[Collection(PyTorchModelTests.Name)]
public sealed class ReleaseTests(PyTorchModels pytorch) : IDisposable
{
    private const int Rounds = 12;

    private readonly WholeModelRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    // 47 MB: twelve that stayed would be 560 MB.
    [Theory]
    [InlineData("float32")]
    [InlineData("bfloat16")]
    public void An_unloaded_archive_gives_its_memory_back(string dataType) => GivesBack(pytorch.Model("resnet18", 64) with { DataType = dataType }, 64);

    // 34 MB.
    [Fact]
    public void An_unloaded_onnx_file_gives_its_memory_back()
    {
        File.WriteAllBytes(_repository.File("wide.onnx"), OnnxFiles.Wide([-1, 3, 8, 8], 4096, 2048));
        GivesBack(new NewModel { Name = "wide", Architecture = "onnx", WeightsPath = _repository.File("wide.onnx"), Input = new InputSize(8, 8) }, 8);
    }

    private void GivesBack(NewModel model, int size)
    {
        var card = _repository.Models.Add(model);
        Round();
        var before = Environment.WorkingSet;
        for (var round = 0; round < Rounds; round++) Round();
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 200L << 20);

        void Round()
        {
            using (var target = _repository.Models.Load(card)) target.Extract([CheckPattern.Image(size, size)]);
            TorchMemory.Release();
        }
    }
}
