using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using UaaGan.Failures;
using UaaGan.Networks;

namespace UaaGan.FeatureExtraction;

/// <summary>
/// The model repository for a program without torch, such as the command line: run with the one argument <c>models</c>, this
/// executable reads one JSON request from standard input and writes one JSON answer to standard output. A request has a verb
/// (add, list, check, schema), the state folder, for add the model, and for check perhaps a name.
/// </summary>
internal static class RepositoryProgram
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    /// <summary>Answers one request.</summary>
    /// <returns>The exit code: 0, or 1 with <c>{"error": {"kind", "reason", "message"}}</c> as the answer.</returns>
    public static int Run(TextReader input, TextWriter output)
    {
        try
        {
            LibTorch.LoadNamed();
            output.WriteLine(Answer(Read(input.ReadToEnd())).ToJsonString());
            return 0;
        }
        catch (FailureException failure)
        {
            output.WriteLine(new JsonObject { ["error"] = FailureJson.Write(failure) }.ToJsonString());
            return 1;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var failure = new FailureException(FailureKind.FailedPrecondition, "REPOSITORY_NOT_WRITABLE", $"The model repository can't be used: {exception.Message}");
            output.WriteLine(new JsonObject { ["error"] = FailureJson.Write(failure) }.ToJsonString());
            return 1;
        }
    }

    private static Request Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Request>(json, Format) ?? throw BadRequest("it is null");
        }
        catch (JsonException exception)
        {
            throw BadRequest(exception.Message);
        }
    }

    private static JsonObject Answer(Request request)
    {
        var repository = new ModelRepository(Path.Combine(request.State, "models"));
        return request.Verb switch
        {
            "add" => Add(repository, request.Model ?? throw BadRequest("add has no model")),
            "list" => List(repository.List()),
            "check" => new JsonObject { ["models"] = new JsonArray([.. Entries(repository, request.Name).Select(entry => Check(repository, entry))]) },
            "schema" => new JsonObject { ["schema"] = ModelCardSchema.Text },
            _ => throw BadRequest($"there is no verb '{request.Verb}'"),
        };
    }

    private static JsonObject Add(ModelRepository repository, NewModel model)
    {
        var card = repository.Add(model, out var report);
        return new JsonObject { ["model"] = Card(card), ["load_report"] = JsonSerializer.SerializeToNode(report, Format) };
    }

    private static JsonObject List(IReadOnlyList<ModelEntry> entries) => new()
    {
        ["models"] = new JsonArray([.. entries.Where(entry => entry.Card is not null).Select(entry => Card(entry.Card!))]),
        ["unreadable"] = new JsonArray([.. entries.Where(entry => entry.Failure is not null).Select(entry => Result(entry, entry.Failure))]),
    };

    private static IReadOnlyList<ModelEntry> Entries(ModelRepository repository, string? name)
    {
        if (name is null) return repository.List();
        var card = repository.Get(name);
        return [new ModelEntry(card.Name, card.Version, card, null)];
    }

    /// <summary>One model that is not whole says nothing about the others.</summary>
    private static JsonObject Check(ModelRepository repository, ModelEntry entry)
    {
        if (entry.Card is not { } card) return Result(entry, entry.Failure);
        try
        {
            float difference = repository.Check(card);
            var result = Result(entry, null);
            result["difference"] = difference;
            return result;
        }
        catch (FailureException failure)
        {
            return Result(entry, failure);
        }
    }

    private static JsonObject Result(ModelEntry entry, FailureException? failure)
    {
        var result = new JsonObject { ["name"] = entry.Name, ["version"] = entry.Version };
        if (failure is not null) result["error"] = FailureJson.Write(failure);
        return result;
    }

    /// <summary>The card without the self-check's feature, which is long and of no use to people.</summary>
    private static JsonNode Card(ModelCard card) => JsonNode.Parse(ModelCardJson.Write(card with { Check = null }))!;

    private static FailureException BadRequest(string what) =>
        new(FailureKind.InvalidArgument, "REQUEST_INVALID", $"The request to the model repository is not understood: {what}.");

    private sealed record Request(string Verb, string State, NewModel? Model = null, string? Name = null);
}
