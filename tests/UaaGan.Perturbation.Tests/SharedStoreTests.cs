using Grpc.Core;
using UaaGan.Perturbation.Tests.Support;
using UaaGan.Protos.Perturbation.V1;
using Client = UaaGan.Protos.Perturbation.V1.PerturbationService.PerturbationServiceClient;

namespace UaaGan.Perturbation.Tests;

/// <summary>Two processes on one PostgreSQL database and one state folder.</summary>
public class SharedStoreTests(PostgresServer server)
{
    // Written by the database at every claim, so that one which no process tells of is seen, too.
    private const string Audit = """
        CREATE TABLE claims (training text, owner text);
        CREATE FUNCTION claimed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO claims VALUES (NEW.id, NEW.owner); RETURN NEW; END $$;
        CREATE TRIGGER claimed AFTER UPDATE ON uaagan_trainings.trainings FOR EACH ROW
            WHEN (NEW.owner IS NOT NULL AND NEW.owner IS DISTINCT FROM OLD.owner) EXECUTE FUNCTION claimed();
        """;

    [Fact]
    public async Task Each_job_is_run_once_and_any_process_knows_it()
    {
        using var state = new StateFolder();
        string database = server.NewDatabase();
        await using var one = await StartAsync(state, database);
        await using var two = await StartAsync(state, database);
        PostgresServer.Execute(database, Audit);
        Client a = new(one.Channel), b = new(two.Channel);
        string[] ids = [(await a.StartAsync(Trainings.Settings("g1", 40))).Id, (await b.StartAsync(Trainings.Settings("g2", 40))).Id, (await a.StartAsync(Trainings.Settings("g3", 40))).Id];
        var twice = await Assert.ThrowsAsync<RpcException>(() => b.StartAsync(Trainings.Settings("g3", 40)));
        Assert.Equal(StatusCode.AlreadyExists, twice.StatusCode);

        foreach (string id in ids)
        {
            Assert.Equal(TrainingState.Succeeded, (await b.WatchAsync(id))[^1].State);
            var seen = await a.GetTrainingAsync(new GetTrainingRequest { Id = id }).ResponseAsync.Within();
            Assert.Equal(seen, await b.GetTrainingAsync(new GetTrainingRequest { Id = id }).ResponseAsync.Within());
            Assert.Equal(Enumerable.Range(1, 40), seen.History.Select(point => (int)point.Step));
        }

        Assert.Equal(3L, PostgresServer.Scalar(database, "SELECT count(*) FROM claims"));
        Assert.Equal(3L, PostgresServer.Scalar(database, "SELECT count(DISTINCT training) FROM claims"));
        Assert.Equal(["g1", "g2", "g3"], (await b.ListGeneratorsAsync(new ListGeneratorsRequest()).ResponseAsync.Within()).Generators.Select(generator => generator.Name));
    }

    [Fact]
    public async Task A_killed_owners_job_is_taken_over_and_makes_the_same_generator()
    {
        using var state = new StateFolder();
        string database = server.NewDatabase();
        string id;
        await using var heir = await StartAsync(state, database, "--UaaGan:Perturbation:ParallelTrainings=0");
        Client watcher = new(heir.Channel);
        await using (var owner = await StartAsync(state, database))
        {
            PostgresServer.Execute(database, Audit);
            id = (await watcher.StartAsync(Trainings.Settings("parts", 240))).Id;
            await watcher.WatchAsync(id, training => training.Progress.Step >= 40);
            await owner.KillAsync();
        }

        Assert.Equal(TrainingState.Running, (await watcher.GetTrainingAsync(new GetTrainingRequest { Id = id }).ResponseAsync.Within()).Training.State);
        await using var next = await StartAsync(state, database);
        var end = (await watcher.WatchAsync(id))[^1];
        Assert.Equal(TrainingState.Succeeded, end.State);
        Assert.Equal(2L, PostgresServer.Scalar(database, $"SELECT count(DISTINCT owner) FROM claims WHERE training = '{id}'"));
        Assert.Equal(2L, PostgresServer.Scalar(database, "SELECT count(*) FROM claims"));
        var whole = await watcher.TrainAsync(Trainings.Settings("whole", 240));
        Assert.Equal(whole.Result.WeightsSha256, end.Result.WeightsSha256);
    }

    private static Task<BuiltService> StartAsync(StateFolder state, string database, params string[] more) => BuiltService.StartAsync(
        "UaaGan.Perturbation", state.Path, new Dictionary<string, string> { ["UaaGan__Perturbation__PostgreSql"] = database },
        ["--UaaGan:TorchThreads=1", "--UaaGan:Perturbation:LeaseSeconds=5", "--UaaGan:Perturbation:CheckpointSteps=10", .. more]);
}
