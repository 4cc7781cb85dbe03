using UaaGan.Cli.Evaluation;

namespace UaaGan.Cli.Tests;

public sealed class DerangementTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(500)]
    public void Images_of_one_shape_are_permuted_and_nobody_keeps_its_own(int count)
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var donors = Derangement.Donors(Enumerable.Repeat((64, 64, 3), count).ToList(), seed)!;
            Assert.Equal(Enumerable.Range(0, count), donors.Order());
            Assert.DoesNotContain(true, donors.Select((donor, index) => donor == index));
        }
    }

    [Fact]
    public void A_donor_has_the_same_shape_wherever_there_is_one()
    {
        var random = new Random(3);
        for (ulong seed = 0; seed < 200; seed++)
        {
            var shapes = Enumerable.Range(0, random.Next(2, 30)).Select(_ => random.Next(6)).ToList();
            var donors = Derangement.Donors(shapes, seed)!;
            for (var i = 0; i < shapes.Count; i++)
            {
                Assert.NotEqual(i, donors[i]);
                if (shapes.Count(shape => shape == shapes[i]) > 1) Assert.Equal(shapes[i], shapes[donors[i]]);
            }
        }
    }

    [Fact]
    public void A_single_image_has_nobody_to_swap_with() => Assert.Null(Derangement.Donors([1], 1));

    [Fact]
    public void The_seed_alone_decides()
    {
        var shapes = Enumerable.Repeat(1, 50).ToList();
        Assert.Equal(Derangement.Donors(shapes, 5), Derangement.Donors(shapes, 5));
        Assert.NotEqual(Derangement.Donors(shapes, 5), Derangement.Donors(shapes, 6));
    }
}
