using UaaGan.Attacks;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Imaging;
using UaaGan.Kernels;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Perturbation;

/// <summary>An image with the id that seeds its random start.</summary>
internal sealed record AttackItem(PixelImage Image, string Id);

/// <summary>What an attack made of an image.</summary>
/// <param name="Image">The adversarial image.</param>
/// <param name="Statistics">How far it is from the original.</param>
/// <param name="SaliencyCorrelation">How far its change lies where the target looks; null when that was not asked for, or says nothing.</param>
internal sealed record AttackedImage(PixelImage Image, PerturbStatistics Statistics, double? SaliencyCorrelation);

/// <summary>
/// One attack on one network. Every batch has the size that its image size asks for and no other, filled up with its last image, which is done when that is: a
/// convolution's last bits change with the batch size, and a sign makes whole grey levels of them.
/// </summary>
internal sealed class AttackProcessor : IBatchProcessor<AttackItem, AttackedImage>
{
    private readonly List<TargetNetwork> _targets = [];
    private readonly RemoteFeatures? _remote;
    private readonly IAttack _attack;
    private readonly Epsilon _epsilon;
    private readonly TensorDevice _device;
    private readonly int _batchSize;
    private readonly bool _saliency;
    private readonly ulong _seed;
    private readonly long _batchPixels;

    /// <param name="settings">The attack.</param>
    /// <param name="models">Has the target network.</param>
    /// <param name="generators">Has the generator.</param>
    /// <param name="remote">Has the model that is another service's.</param>
    /// <param name="options">Sizes of batches.</param>
    /// <param name="device">Where networks and kernels run.</param>
    /// <param name="torchThreads">Threads of torch; 0: one a processor.</param>
    /// <exception cref="FailureException">The generator does not fit the attack, or something stored is damaged.</exception>
    public AttackProcessor(
        AttackSettings settings, ModelRepository models, GeneratorRepository generators, RemoteFeatureService remote, PerturbationOptions options, TensorDevice device, int torchThreads)
    {
        // The number of OpenMP threads belongs to the thread that sets it.
        set_num_threads(torchThreads > 0 ? torchThreads : Environment.ProcessorCount);
        (_epsilon, _device, _batchSize, _batchPixels) = (settings.Request.Epsilon, settings.Target.IsRemote ? device.OnHost : device, options.BatchSize, options.BatchPixels);
        (_saliency, _seed) = (settings.Saliency, settings.Request.Seed);
        if (settings.Target.Card is not { } own)
        {
            _remote = new RemoteFeatures(remote, settings.Target.Identity, settings.Target.FeatureDimension);
            _attack = AttackCatalog.Create(settings.Request, _remote, generator: null, kernels: _device.Kernels);
            return;
        }

        try
        {
            foreach (var card in (IEnumerable<ModelCard>)[own, .. settings.Ensemble]) _targets.Add(models.Load(card.ForGradients(), _device.Torch));
            var generator = settings.Generator is null ? null : generators.Load(settings.Generator.Name);
            _attack = AttackCatalog.Create(settings.Request, _targets[0], generator, _targets[1..], _device.Kernels);
        }
        catch
        {
            Release();
            throw;
        }
    }

    public void Process(IReadOnlyList<BatchItem<AttackItem, AttackedImage>> batch, CancellationToken stop)
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

    private void Perturb(BatchItem<AttackItem, AttackedImage>[] items, int size, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        if (_remote is not null)
        {
            // What fills a batch up would be asked about, too.
            size = items.Length;
            _remote.Stop = stop;
        }

        var first = items[0].Value.Image;
        var images = zeros([size, first.Channels, first.Height, first.Width]);
        for (int i = 0; i < size; i++) images[i].copy_(i < items.Length ? PixelTensor.FromImage(items[i].Value.Image)[0] : images[items.Length - 1]);
        string[] ids = [.. Enumerable.Range(0, size).Select(i => items[Math.Min(i, items.Length - 1)].Value.Id)];
        images = images.to(_device.Torch);
        var adversarial = _attack.Perturb(images, ids, stop);
        var saliency = _saliency ? Saliency.Of(_targets[0], images, _seed, ids).cpu() : null;
        var saved = SavedImages.Of(_device.Kernels, [.. items.Select(item => item.Value.Image)], adversarial, _epsilon);
        for (int i = 0; i < items.Length; i++)
        {
            try
            {
                var original = items[i].Value.Image;
                saved[i].RequireNumbers(items[i].Value.Id);
                var (made, statistics) = saved[i];
                items[i].Succeed(new AttackedImage(
                    made, statistics, saliency is null ? null : ChangeCorrelation.Compute(original, made, saliency[i].contiguous().data<float>().ToArray())));
            }
            catch (FailureException failure)
            {
                items[i].Fail(failure);
            }
        }
    }
}
