using UaaGan.Attacks;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Perturbation;

/// <summary>An image with the id that seeds its random start.</summary>
internal sealed record AttackItem(PixelImage Image, string Id);

/// <summary>
/// One attack on one network. Every batch has the size that its image size asks for and no other, filled up with its last image, which is done when that is: a
/// convolution's last bits change with the batch size, and a sign makes whole grey levels of them.
/// </summary>
internal sealed class AttackProcessor : IBatchProcessor<AttackItem, PixelImage>
{
    private readonly List<TargetNetwork> _targets = [];
    private readonly IAttack _attack;
    private readonly int _epsilon, _batchSize;
    private readonly long _batchPixels;

    /// <param name="settings">The attack.</param>
    /// <param name="models">Has the target network.</param>
    /// <param name="generators">Has the generator.</param>
    /// <param name="options">Sizes of batches.</param>
    /// <param name="torchThreads">Threads of torch; 0: one a processor.</param>
    /// <exception cref="FailureException">The generator does not fit the attack, or something stored is damaged.</exception>
    public AttackProcessor(
        AttackSettings settings, ModelRepository models, GeneratorRepository generators, PerturbationOptions options, int torchThreads)
    {
        // The number of OpenMP threads belongs to the thread that sets it.
        set_num_threads(torchThreads > 0 ? torchThreads : Environment.ProcessorCount);
        (_epsilon, _batchSize, _batchPixels) = (settings.Request.Epsilon.Numerator255, options.BatchSize, options.BatchPixels);
        try
        {
            foreach (var card in (IEnumerable<ModelCard>)[settings.Card, .. settings.Ensemble]) _targets.Add(models.Load(card.ForGradients()));
            var generator = settings.Generator is null ? null : generators.Load(settings.Generator.Name);
            _attack = AttackCatalog.Create(settings.Request, _targets[0], generator, _targets[1..]);
        }
        catch
        {
            Release();
            throw;
        }
    }

    public void Process(IReadOnlyList<BatchItem<AttackItem, PixelImage>> batch, CancellationToken stop)
    {
        var first = batch[0].Value.Image;
        int size = (int)Math.Clamp(_batchPixels / ((long)first.Width * first.Height), 1, _batchSize);
        foreach (var part in batch.Chunk(size)) Perturb(part, size, stop);
    }

    public void Dispose()
    {
        _attack.Dispose();
        Release();
    }

    private void Release() => _targets.ForEach(target => target.Dispose());

    private void Perturb(BatchItem<AttackItem, PixelImage>[] items, int size, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var first = items[0].Value.Image;
        var images = zeros([size, first.Channels, first.Height, first.Width]);
        for (int i = 0; i < size; i++) images[i].copy_(i < items.Length ? PixelTensor.FromImage(items[i].Value.Image)[0] : images[items.Length - 1]);
        string[] ids = [.. Enumerable.Range(0, size).Select(i => items[Math.Min(i, items.Length - 1)].Value.Id)];
        var adversarial = _attack.Perturb(images, ids, stop);
        for (int i = 0; i < items.Length; i++)
        {
            try
            {
                items[i].Succeed(WithinBudget(items[i].Value.Image, PixelTensor.ToImage(adversarial[i])));
            }
            catch (FailureException failure)
            {
                items[i].Fail(failure);
            }
        }
    }

    /// <summary>In whole grey levels, since x + 8/255 in float32 may round to nine levels away.</summary>
    private PixelImage WithinBudget(PixelImage original, PixelImage adversarial)
    {
        byte[] pixels = new byte[original.Pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            int level = original.Pixels[i];
            pixels[i] = (byte)Math.Clamp(adversarial.Pixels[i], Math.Max(0, level - _epsilon), Math.Min(255, level + _epsilon));
        }

        return new PixelImage(original.Width, original.Height, original.Channels, pixels);
    }
}
