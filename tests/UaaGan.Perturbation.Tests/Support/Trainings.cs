using Grpc.Core;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation.Tests.Support;

/// <summary>Trainings of a small generator on a few pictures.</summary>
internal static class Trainings
{
    public static TrainingSettings Settings(string generator, ulong steps, ulong seed = 3, bool replace = false) => new()
    {
        Generator = generator,
        Model = new ModelReference { Name = StateFolder.Model },
        Epsilon = "8/255",
        Seed = seed,
        Steps = steps,
        Replace = replace,
        Options =
        {
            ["generator-width"] = "16",
            ["generator-blocks"] = "1",
            ["discriminator-width"] = "16",
            ["batch"] = "4",
            ["validations"] = "3",
        },
    };

    public static IEnumerable<(string Id, Image Image)> Images(int count = 8) => Enumerable.Range(0, count).Select(i => ($"{i}.png", Pictures.Png(i)));

    public static async Task<Training> StartAsync(
        this PerturbationService.PerturbationServiceClient client, TrainingSettings settings, IEnumerable<(string Id, Image Image)>? images = null)
    {
        using var call = client.StartTraining();
        try
        {
            await call.RequestStream.WriteAsync(new StartTrainingRequest { Settings = settings }).Within();
            foreach (var (id, image) in images ?? Images())
                await call.RequestStream.WriteAsync(new StartTrainingRequest { Item = new ImageItem { Id = id, Image = image } }).Within();
            await call.RequestStream.CompleteAsync().Within();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The service has refused the call before it was sent to its end; the reply says why.
        }

        return (await call.ResponseAsync.Within()).Training;
    }

    /// <summary>Watches a job until it ends or <paramref name="enough"/> says so; what was seen, the last one last.</summary>
    public static async Task<List<Training>> WatchAsync(
        this PerturbationService.PerturbationServiceClient client, string id, Func<Training, bool>? enough = null)
    {
        using var call = client.WatchTraining(new WatchTrainingRequest { Id = id });
        var seen = new List<Training>();
        while (await call.ResponseStream.MoveNext().Within())
        {
            seen.Add(call.ResponseStream.Current.Training);
            if (enough?.Invoke(seen[^1]) == true) break;
        }

        return seen;
    }

    /// <summary>Trains to the end.</summary>
    public static async Task<Training> TrainAsync(this PerturbationService.PerturbationServiceClient client, TrainingSettings settings)
    {
        var started = await client.StartAsync(settings);
        var end = (await client.WatchAsync(started.Id))[^1];
        Assert.True(end.State == TrainingState.Succeeded, end.Error?.ToString());
        return end;
    }
}
