using System.CommandLine;
using Spectre.Console;
using UaaGan.Cli.Services;
using UaaGan.Failures;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Commands;

/// <summary><c>galleries</c>: what is stored, copies of it, and back.</summary>
internal static class GalleriesCommand
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The gallery's name (see: uaagan galleries list)" };
    private static readonly Argument<string> Snapshot = new("FILE") { Description = "A file that 'galleries snapshot' wrote" };
    private static readonly Option<string> Out = new("--out") { Description = "File to write; an older one is replaced", HelpName = "FILE", Required = true };
    private static readonly Option<string?> As = new("--name") { Description = "Name of the gallery to make [default: the one that the snapshot was taken of]", HelpName = "NAME" };

    public static Command Create()
    {
        var snapshot = new SessionCommand("snapshot", "Writes a gallery, as it is at one moment, to a file that checks itself.", Take);
        snapshot.Arguments.Add(Name);
        snapshot.Options.Add(Out);
        var restore = new SessionCommand(
            "restore", "Makes a gallery from a snapshot, whatever store that was taken from. A damaged file is refused, and nothing is made.", Restore);
        restore.Arguments.Add(Snapshot);
        restore.Options.Add(As);
        var command = new Command("galleries", "Stored galleries: list, snapshot, restore");
        command.Subcommands.Add(new SessionCommand("list", "Lists the galleries.", List));
        command.Subcommands.Add(snapshot);
        command.Subcommands.Add(restore);
        return command;
    }

    private static async Task<int> List(Session session, CancellationToken cancellationToken)
    {
        await using var services = await session.Services(cancellationToken, ServiceKind.RetrievalScoring);
        var galleries = await services.Scoring.ListGalleries(cancellationToken).ToListAsync(cancellationToken);
        if (session.Terminal.Json)
        {
            session.Terminal.WriteJson(new { galleries = galleries.Select(Json) });
            return ExitCodes.Success;
        }

        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns("name", "dimension", "items", "created (UTC)", "description");
        foreach (var g in galleries)
            table.AddRow(new Text(g.Name), new Text(Formats.Count(g.Dimension)), new Text(Formats.Count(g.Items)), new Text(Formats.Time(g.Created)), new Text(g.Description));
        session.Terminal.Show(table);
        return ExitCodes.Success;
    }

    private static async Task<int> Take(Session session, CancellationToken cancellationToken)
    {
        var name = session.Options.GetRequiredValue(Name);
        var path = Path.GetFullPath(session.Options.GetRequiredValue(Out));
        await using var services = await session.Services(cancellationToken, ServiceKind.RetrievalScoring);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var part = $"{path}.part";
        SnapshotInfo info;
        try
        {
            await using (var file = new FileStream(part, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 20))
            {
                await foreach (var piece in services.Scoring.SnapshotGallery(name, cancellationToken)) await file.WriteAsync(piece, cancellationToken);
                // What counts is what lies on the disk.
                file.Flush(flushToDisk: true);
                file.Position = 0;
                info = Check(file, path, cancellationToken);
            }

            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }

        if (session.Terminal.Json) session.Terminal.WriteJson(new { file = path, info.Name, info.Dimension, info.Items });
        else session.Terminal.Show($"{path}: {Formats.Count((ulong)info.Items)} items of gallery {info.Name}.");
        return ExitCodes.Success;
    }

    private static async Task<int> Restore(Session session, CancellationToken cancellationToken)
    {
        var path = session.Options.GetRequiredValue(Snapshot);
        if (!File.Exists(path)) throw CliException.WrongUse($"There is no file '{path}'.");
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        // Before anything is started or sent.
        Check(file, path, cancellationToken);
        file.Position = 0;
        await using var services = await session.Services(cancellationToken, ServiceKind.RetrievalScoring);
        var gallery = await services.Scoring.RestoreGallery(file, session.Options.GetValue(As) ?? "", cancellationToken);
        if (session.Terminal.Json) session.Terminal.WriteJson(Json(gallery));
        else session.Terminal.Show($"Gallery {gallery.Name} has {Formats.Count(gallery.Items)} items.");
        return ExitCodes.Success;
    }

    private static SnapshotInfo Check(FileStream file, string path, CancellationToken cancellationToken)
    {
        try
        {
            return GallerySnapshot.Check(file, cancellationToken);
        }
        catch (FailureException failure)
        {
            throw failure.Retell(failure.Field, $"'{path}': {failure.Message}");
        }
    }

    private static object Json(Gallery gallery) => new
    {
        gallery.Name,
        gallery.Dimension,
        gallery.Items,
        gallery.Generation,
        created = gallery.Created?.ToDateTimeOffset(),
        gallery.Description,
    };
}
