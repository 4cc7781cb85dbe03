using TorchSharp;

namespace UaaGan.Networks;

/// <summary>
/// A module whose parts have the names given to register_module and no others: TorchSharp would register the fields a second time,
/// under their own names.
/// </summary>
public abstract class NamedModule : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    protected NamedModule(string name) : base(name)
    {
    }

    protected override void RegisterComponents()
    {
    }
}
