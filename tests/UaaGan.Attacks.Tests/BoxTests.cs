using UaaGan.Attacks.Tests.Support;
using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public class BoxTests
{
    private static readonly ImageBox Part = new(3, 5, 10, 12);

    public static TheoryData<string> Methods => [.. AttackCatalog.Methods.Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Nothing_changes_outside_the_box_and_something_does_inside(string method)
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(2);

        var change = (Make(target, method, Part) - images).abs();

        var inside = change.narrow(2, 5, 12).narrow(3, 3, 10);
        Assert.InRange(inside.max().item<float>(), 1f / 255, 8.001f / 255);
        Assert.Equal(inside.sum().item<float>(), change.sum().item<float>(), 1e-3f);
        inside.zero_();
        Assert.Equal(0, change.max().item<float>());
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_box_of_the_whole_image_is_no_box_to_the_bit(string method)
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();

        Assert.True(Make(target, method, new ImageBox(0, 0, 20, 24)).equal(Make(target, method, null)).all().item<bool>());
    }

    [Theory]
    [InlineData(20u, 0u, 1u, 1u, "BOX_OUTSIDE", "left")]
    [InlineData(0u, 1u, 1u, 24u, "BOX_OUTSIDE", "height")]
    [InlineData(0u, 0u, 0u, 1u, "BOX_EMPTY", "width")]
    public void A_box_that_leaves_the_images_is_refused(uint left, uint top, uint width, uint height, string reason, string field)
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        foreach (var method in (string[])["pgd", "random-sign", "uaa-gan", "uap"])
            Assert.Equal(field, Expect.Fails(reason, () => Make(target, method, new ImageBox(left, top, width, height))).Field);
    }

    [Fact]
    public void Every_step_of_pgd_ends_within_the_box()
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(2);
        var mask = zeros_like(images);
        mask.narrow(2, 5, 12).narrow(3, 3, 10).fill_(1);
        Tensor clean;
        using (no_grad()) clean = target.Features(images);

        var point = Project(images + ItemNoise.Uniform(1, Tiny.Ids(2), images.shape) * (8f / 255));
        for (var step = 0; step < 20; step++)
        {
            var leaf = point.detach().requires_grad_();
            var gradient = autograd.grad([(target.Features(leaf) - clean + 1e-7).square().sum(1).sqrt().sum()], [leaf])[0];
            using (no_grad()) point = Project(leaf.detach() + gradient.sign() * (2.5f * (8f / 255) / 20));
        }

        Assert.True(Make(target, "pgd", Part).equal(point).all().item<bool>());

        Tensor Project(Tensor changed) => where(mask > 0, changed.maximum(images - 8f / 255).minimum(images + 8f / 255).clamp(0, 1), images);
    }

    [Fact]
    public void A_black_box_attack_asks_for_images_that_changed_in_the_box_alone()
    {
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(1);
        var asked = 0;
        var network = new FakeNetwork(queries =>
        {
            asked++;
            var change = (queries - images).abs();
            change.narrow(2, 5, 12).narrow(3, 3, 10).zero_();
            Assert.Equal(0, change.max().item<float>());
            return FakeNetwork.Angle.Features(queries);
        });
        using var attack = AttackCatalog.Create(Tiny.Request("nes", ("steps", "2"), ("population", "4")) with { Box = Part }, network, generator: null);
        attack.Perturb(images, Tiny.Ids(1), CancellationToken.None);
        Assert.Equal(1 + 2 * 4, asked);
    }

    private static Tensor Make(TargetNetwork target, string method, ImageBox? box)
    {
        var generator = AttackCatalog.Get(method).NeedsGenerator ? Tiny.Generator(target, method: method) : null;
        using var attack = AttackCatalog.Create(Tiny.Request(method) with { Box = box }, target, generator);
        return attack.Perturb(Tiny.Batch(2), Tiny.Ids(2), CancellationToken.None);
    }
}
