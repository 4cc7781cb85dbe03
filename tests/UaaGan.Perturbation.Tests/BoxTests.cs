using Grpc.Core;
using UaaGan.Imaging;
using UaaGan.Perturbation.Tests.Support;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation.Tests;

public class BoxTests
{
    [Theory]
    [InlineData("random-sign")]
    [InlineData("pgd")]
    public async Task The_file_differs_inside_the_box_alone(string method)
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        var original = Pictures.Draw(2);
        var whole = new Box { Width = (uint)original.Width, Height = (uint)original.Height };

        var inBox = Pictures.Read((await Perturb(service, method, original, new Box { Left = 4, Top = 6, Width = 9, Height = 3 })).Adversarial.Image);
        Assert.True(new ImageBox(4, 6, 9, 3).Restrict(original, inBox).HasPixelsOf(inBox));
        Assert.Equal(8, ImageQuality.Compare(original, inBox).LInfinity255);
        Assert.Equal((await Perturb(service, method, original, null)).Adversarial.Image, (await Perturb(service, method, original, whole)).Adversarial.Image);
    }

    [Fact]
    public async Task A_box_outside_its_image_is_refused_by_field_and_harms_no_other()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        var settings = LiveService.Settings("random-sign");
        settings.Box = new Box { Left = 4, Top = 0, Width = 20, Height = 8 };
        var results = await service.StreamAsync(
            settings, [("wide", Pictures.Png(Pictures.Draw(1, width: 24, height: 24))), ("narrow", Pictures.Png(Pictures.Draw(2, width: 23, height: 24)))]);
        Assert.Null(results[0].Error);
        Assert.Equal(("BOX_OUTSIDE", "settings.attack.box.width"), (results[1].Error.Reason(), results[1].Error.Field()));

        var unary = await Statuses.FailsAsync(
            () => service.Client.PerturbAsync(new PerturbRequest { Settings = settings, Image = Pictures.Png(Pictures.Draw(2, width: 3, height: 24)) }).ResponseAsync,
            StatusCode.InvalidArgument, "BOX_OUTSIDE");
        Assert.Equal("settings.box.left", unary.Field());

        settings.Box.Height = 0;
        var empty = await Statuses.FailsAsync(() => service.StreamAsync(settings, []), StatusCode.InvalidArgument, "BOX_EMPTY");
        Assert.Equal("settings.attack.box.height", empty.Field());
    }

    private static async Task<PerturbResponse> Perturb(LiveService service, string method, PixelImage image, Box? box)
    {
        var settings = LiveService.Settings(method);
        settings.Box = box;
        return await service.Client.PerturbAsync(new PerturbRequest { Settings = settings, Image = Pictures.Png(image), Id = "a" });
    }
}
