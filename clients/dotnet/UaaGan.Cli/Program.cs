return await UaaGan.Cli.Application.Run(args, Console.Out, Console.Error);
