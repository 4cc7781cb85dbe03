[assembly: AssemblyFixture(typeof(UaaGan.Tests.Shared.PostgresServer))]
