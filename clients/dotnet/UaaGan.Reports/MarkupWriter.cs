using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace UaaGan.Reports;

/// <summary>
/// Collects markup. The literal parts of a template are markup, its holes are text and are encoded; there is no way to
/// write a string as markup, so nothing that a user named can become an element.
/// The result is HTML that is also well-formed XML, so that tests can parse it.
/// </summary>
internal sealed class MarkupWriter
{
    private readonly StringBuilder _markup = new();

    /// <summary>Appends a template such as <c>$"&lt;h2&gt;{title}&lt;/h2&gt;"</c>. The handler has written by the time this runs.</summary>
#pragma warning disable CA1822, IDE0060 // The compiler hands this instance to the template; the call itself has nothing left to do.
    public void Write([InterpolatedStringHandlerArgument("")] ref Template template)
    {
    }
#pragma warning restore CA1822, IDE0060

    /// <summary>Appends a stylesheet of ours, which must hold no '&lt;' and no '&amp;'.</summary>
    public void WriteStylesheet(string css)
    {
        if (css.AsSpan().IndexOfAny('<', '&') >= 0)
            throw new ArgumentException("A stylesheet within well-formed markup can't hold '<' or '&'.", nameof(css));
        _markup.Append(css);
    }

    public override string ToString() => _markup.ToString();

    private void Encode(string? text)
    {
        if (text is null)
            return;
        foreach (var rune in text.EnumerateRunes()) // lone surrogates come as U+FFFD
            switch (rune.Value)
            {
                case '<': _markup.Append("&lt;"); break;
                case '>': _markup.Append("&gt;"); break;
                case '&': _markup.Append("&amp;"); break;
                case '"': _markup.Append("&#34;"); break;
                case '\'': _markup.Append("&#39;"); break;
                case '\t' or '\n': _markup.Append((char)rune.Value); break;
                case < 0x20 or (>= 0x7f and < 0xa0) or 0xfffe or 0xffff: _markup.Append('\ufffd'); break;
                default: _markup.Append(rune); break;
            }
    }

    /// <summary>One template: literals are markup, holes are text. A double needs a format, so that none prints by accident.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Template
    {
        private readonly MarkupWriter _writer;

        public Template(int literalLength, int formattedCount, MarkupWriter writer)
        {
            _writer = writer;
            writer._markup.EnsureCapacity(writer._markup.Length + literalLength + 8 * formattedCount);
        }

        public void AppendLiteral(string markup) => _writer._markup.Append(markup);

        public void AppendFormatted(string? text) => _writer.Encode(text);

        public void AppendFormatted(long number) => _writer._markup.Append(CultureInfo.InvariantCulture, $"{number}");

        public void AppendFormatted(double number, string format) =>
            _writer.Encode(number.ToString(format, CultureInfo.InvariantCulture));

        public void AppendFormatted(Png image) => _writer._markup.Append("data:image/png;base64,").Append(Convert.ToBase64String(image.File));
    }
}
