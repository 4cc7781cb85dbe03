using System.Text;

namespace UaaGan.Retrieval.Tests;

public class Utf8OrderTests
{
    [Fact]
    public void Ids_order_as_their_utf8_bytes_do_beyond_the_basic_plane_too()
    {
        string[] ids = ["", "a", "a/1", "a0", "b", "é", "\uE000", "\uFFFD", "\U0001F600", "\U0001F600a", "\U0001F601", "\U0002F601", "z\U0001F600", "z\uFF00"];
        foreach (string a in ids)
        {
            foreach (string b in ids)
            {
                int expected = Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));
                Assert.Equal(Math.Sign(expected), Math.Sign(Utf8Order.Instance.Compare(a, b)));
            }
        }
    }
}
