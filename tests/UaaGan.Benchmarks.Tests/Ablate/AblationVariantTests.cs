using UaaGan.Failures;
using UaaGan.Imaging;

namespace UaaGan.Benchmarks.Tests;

public sealed class AblationVariantTests
{
    [Fact]
    public void Nothing_after_the_colon_is_the_defaults()
    {
        var variant = AblationVariant.Parse("defaults:");

        Assert.Equal("defaults", variant.Name);
        Assert.Equal("", variant.Text);
        Assert.Null(variant.Images);
        Assert.Equal(new Epsilon(8), variant.Epsilon);
        Assert.Equal("farthest", variant.Options["mining"]);
    }

    [Fact]
    public void Options_images_and_epsilon_are_told_apart()
    {
        var variant = AblationVariant.Parse(" weak :  lambda-metric=10  images=64 epsilon=4/255 mining=mean");

        Assert.Equal("weak", variant.Name);
        Assert.Equal(64, variant.Images);
        Assert.Equal(new Epsilon(4), variant.Epsilon);
        Assert.Equal("10", variant.Options["lambda-metric"]);
        Assert.Equal("mean", variant.Options["mining"]);
        Assert.DoesNotContain("images", variant.Options.Keys);
        Assert.DoesNotContain("epsilon", variant.Options.Keys);
    }

    [Fact]
    public void All_images_is_what_no_number_means() => Assert.Null(AblationVariant.Parse("x: images=all").Images);

    [Theory]
    [InlineData("defaults", "VARIANT_INVALID")]
    [InlineData(": mining=mean", "GENERATOR_NAME_INVALID")]
    [InlineData("Two words: mining=mean", "GENERATOR_NAME_INVALID")]
    [InlineData("x: mining", "VARIANT_INVALID")]
    [InlineData("x: =mean", "VARIANT_INVALID")]
    [InlineData("x: mining=", "VARIANT_INVALID")]
    [InlineData("x: mining=mean=nearest", "VARIANT_INVALID")]
    [InlineData("x: mining=mean mining=mean", "VARIANT_INVALID")]
    [InlineData("x: images=1", "VARIANT_INVALID")]
    [InlineData("x: images=-3", "VARIANT_INVALID")]
    [InlineData("x: images=some", "VARIANT_INVALID")]
    [InlineData("x: epsilon=8", "EPSILON_INVALID")]
    [InlineData("x: minig=mean", "OPTION_UNKNOWN")]
    [InlineData("x: mining=median", "OPTION_INVALID")]
    public void What_is_no_variant_is_refused(string text, string reason) =>
        Assert.Equal(reason, Assert.Throws<FailureException>(() => AblationVariant.Parse(text)).Reason);

    [Fact]
    public void The_papers_variants_are_all_understood_and_all_differ()
    {
        var variants = PaperVariants.All;

        Assert.Equal(variants.Count, variants.Select(variant => variant.Name).Distinct().Count());
        Assert.Equal(
            variants.Count,
            variants.Select(variant => $"{variant.Images} {variant.Epsilon} {string.Join(' ', variant.Options.OrderBy(option => option.Key, StringComparer.Ordinal))}").Distinct().Count());
    }

    [Fact]
    public void Chosen_are_the_papers_then_the_given_ones_or_the_defaults_alone()
    {
        Assert.Equal(["defaults"], AblateSettings.Chosen(paper: false, []).Select(variant => variant.Name));
        Assert.Equal(["mine"], AblateSettings.Chosen(paper: false, ["mine: batch=8"]).Select(variant => variant.Name));
        Assert.Equal([.. PaperVariants.All.Select(variant => variant.Name), "mine"], AblateSettings.Chosen(paper: true, ["mine: batch=8"]).Select(variant => variant.Name));
    }

    [Fact]
    public void Two_variants_of_one_name_are_refused() =>
        Assert.Equal("VARIANT_DUPLICATE", Assert.Throws<FailureException>(() => AblateSettings.Chosen(paper: true, ["defaults: batch=8"])).Reason);

    [Fact]
    public void Every_variant_comes_with_the_first_seed_before_any_comes_with_the_second()
    {
        var settings = new AblateSettings { Set = "orl", Variants = AblateSettings.Chosen(paper: false, ["a:", "b: batch=8"]), Seeds = 2, Steps = 1, Threads = 1 };

        Assert.Equal([("a", 1UL), ("b", 1UL), ("a", 2UL), ("b", 2UL)], settings.Runs.Select(run => (run.Variant.Name, run.Seed)));
    }
}
