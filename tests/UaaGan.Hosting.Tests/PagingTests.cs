using UaaGan.Failures;

namespace UaaGan.Hosting.Tests;

public class PagingTests
{
    private static readonly string[] Names = [.. Enumerable.Range(0, 250).Select(i => $"n{i:000}")];

    [Theory]
    [InlineData(0, 100)]
    [InlineData(1, 1)]
    [InlineData(250, 250)]
    [InlineData(5000, 250)]
    public void The_size_of_a_page_is_the_default_the_wish_or_the_most(int wish, int size) =>
        Assert.Equal(size, Paging.Page(Names, name => name, wish, "", "names").Page.Count);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pages_together_are_the_whole_list_in_order(bool descending)
    {
        var all = new List<string>();
        string token = "";
        do
        {
            var (page, next) = Paging.Page(Names.Reverse(), name => name, 7, token, "names", descending);
            Assert.InRange(page.Count, 1, 7);
            all.AddRange(page);
            token = next;
        }
        while (token.Length > 0);

        Assert.Equal(descending ? Names.Reverse() : Names, all);
    }

    [Fact]
    public void What_goes_between_two_pages_neither_repeats_nor_loses_the_others()
    {
        var (_, token) = Paging.Page(Names, name => name, 10, "", "names");
        var (page, _) = Paging.Page(Names.Except(["n009", "n003"]), name => name, 10, token, "names");
        Assert.Equal("n010", page[0]);
    }

    [Theory]
    [InlineData("!!")]
    [InlineData("bm9uc2Vuc2U")]
    public void A_token_that_this_list_did_not_give_is_refused(string token)
    {
        var failure = Assert.Throws<FailureException>(() => Paging.Page(Names, name => name, 10, token, "names"));
        Assert.Equal((FailureKind.InvalidArgument, "page_token"), (failure.Kind, failure.Field));
    }

    [Fact]
    public void A_token_of_another_list_and_a_negative_size_are_refused()
    {
        Assert.Throws<FailureException>(() => Paging.Page(Names, name => name, 10, Paging.Encode("n001", "others"), "names"));
        Assert.Equal("page_size", Assert.Throws<FailureException>(() => Paging.Page(Names, name => name, -1, "", "names")).Field);
    }
}
