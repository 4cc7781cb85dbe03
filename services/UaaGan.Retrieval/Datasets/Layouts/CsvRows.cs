using System.Text;

namespace UaaGan.Retrieval;

/// <summary>The rows of a CSV file by RFC 4180: fields between commas, in double quotes where they hold commas, quotes (doubled) or lines.</summary>
internal static class CsvRows
{
    /// <summary>Each row with the line that it begins on, from 1; empty lines are no rows.</summary>
    /// <exception cref="Failures.FailureException">INVALID_ARGUMENT CSV_QUOTES: a quote that does not end, or text around one.</exception>
    public static IEnumerable<(int Line, IReadOnlyList<string> Fields)> Read(string file)
    {
        using var reader = new StreamReader(file, Encoding.UTF8);
        int number = 0;
        while (reader.ReadLine() is { } line)
        {
            int first = ++number;
            if (line.Trim().Length == 0) continue;
            var fields = new List<string>();
            int at = 0;
            do
            {
                if (at < line.Length && line[at] == '"')
                {
                    var field = new StringBuilder();
                    at++;
                    while (true)
                    {
                        if (at >= line.Length)
                        {
                            line = reader.ReadLine() ?? throw Quotes(file, first, "a quote does not end");
                            number++;
                            at = 0;
                            field.Append('\n');
                        }
                        else if (line[at] != '"')
                        {
                            field.Append(line[at++]);
                        }
                        else if (at + 1 < line.Length && line[at + 1] == '"')
                        {
                            field.Append('"');
                            at += 2;
                        }
                        else
                        {
                            at++;
                            break;
                        }
                    }

                    if (at < line.Length && line[at] != ',') throw Quotes(file, first, "there is text behind a quote");
                    fields.Add(field.ToString());
                }
                else
                {
                    int comma = line.IndexOf(',', at) is var found and >= 0 ? found : line.Length;
                    fields.Add(line[at..comma]);
                    at = comma;
                }
            }
            while (at++ < line.Length);

            yield return (first, fields);
        }
    }

    private static Failures.FailureException Quotes(string file, int line, string what) =>
        DatasetFaults.Failure("CSV_QUOTES", file, $"Line {line} of '{file}': {what}; quotes within a quoted field are doubled.", line);
}
