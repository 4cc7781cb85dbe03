using UaaGan.Hosting;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation;

/// <summary>One StreamPerturb.</summary>
internal sealed class PerturbStream(AttackSettingsReader reader, AttackWorkers workers, Perturber perturber)
    : IStreamHandler<StreamPerturbRequest, ImageItem, Image, StreamPerturbResponse>, IDisposable
{
    private AttackSettings? _settings;
    private AttackWorkers.Lease? _lease;

    public bool HasSettings(StreamPerturbRequest request) => request.Settings is not null;

    public ImageItem? Item(StreamPerturbRequest request) => request.Item;

    public async Task<StreamOpening<StreamPerturbResponse>> OpenAsync(StreamPerturbRequest first, StreamLimits limits, CancellationToken cancellation)
    {
        _settings = await reader.ReadAsync(first.Settings.Attack, "settings.attack", cancellation);
        _lease = await workers.AcquireAsync(_settings, cancellation);
        var accepted = new StreamPerturbAccepted
        {
            Limits = limits,
            Model = Messages.ToMessage(_settings.Target.Identity),
        };
        accepted.Options.Add(new Dictionary<string, string>(_settings.Request.Options));
        return new StreamOpening<StreamPerturbResponse>(new StreamPerturbResponse { Accepted = accepted }, first.Settings.ReplyOrder);
    }

    public async Task<StreamPerturbResponse> AnswerAsync(StreamEntry<Image> entry, CancellationToken cancellation)
    {
        var (adversarial, timing) = await perturber.PerturbAsync(
            _lease!.Worker, _settings!, entry.Item, entry.Id, "item.image", "settings.attack.box", deadline: null, cancellation);
        return new StreamPerturbResponse { Result = new PerturbResult { Id = entry.Id, Index = entry.Index, Adversarial = adversarial, Timing = timing } };
    }

    public StreamPerturbResponse Refuse(StreamEntry<Image> entry, Google.Rpc.Status error) =>
        new() { Result = new PerturbResult { Id = entry.Id, Index = entry.Index, Error = error } };

    public void Dispose() => _lease?.Dispose();
}
