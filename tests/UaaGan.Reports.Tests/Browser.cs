using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace UaaGan.Reports.Tests;

/// <summary>
/// Headless Chromium spoken to by the DevTools protocol, since its command line can't make a window as narrow as a phone.
/// One page at a time; every wait has a limit.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly List<JsonNode> _events = [];
    private int _lastId;
    private string? _session;

    private Browser(Process process, string profile) => (_process, _profile) = (process, profile);

    /// <summary>Addresses that the page asked for since it was opened, data URIs left out.</summary>
    public IEnumerable<string> Requests => _events
        .Where(message => (string?)message["method"] == "Network.requestWillBeSent")
        .Select(message => (string)message["params"]!["request"]!["url"]!)
        .Where(url => !url.StartsWith("data:", StringComparison.Ordinal));

    /// <summary>Errors that the page logged since it was opened.</summary>
    public IEnumerable<string> Errors => _events
        .Where(message => (string?)message["method"] == "Log.entryAdded" && (string?)message["params"]!["entry"]!["level"] == "error")
        .Select(message => (string)message["params"]!["entry"]!["text"]!);

    public static async Task<Browser> StartAsync()
    {
        var profile = Directory.CreateTempSubdirectory("uaagan-browser-").FullName;
        var process = Process.Start(new ProcessStartInfo(Executable())
        {
            ArgumentList =
            {
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--hide-scrollbars", $"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank",
            },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var browser = new Browser(process, profile);
        try
        {
            await browser.ConnectAsync();
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a file in a viewport of the given size in CSS pixels, in the light or the dark scheme, and waits until it is loaded.</summary>
    public async Task OpenAsync(string path, int width, int height, bool dark)
    {
        _events.Clear();
        await CallAsync("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });
        await CallAsync("Emulation.setEmulatedMedia", new JsonObject
        {
            ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light" }),
        });
        var navigation = await CallAsync("Page.navigate", new JsonObject { ["url"] = new Uri(path).AbsoluteUri });
        if ((string?)navigation["errorText"] is { } error)
            throw new InvalidOperationException($"Chromium can't open the page: {error}");
        using var limit = new CancellationTokenSource(Limit);
        while (!_events.Any(message => (string?)message["method"] == "Page.loadEventFired"))
            _events.Add(await ReceiveAsync(limit.Token));
    }

    /// <summary>The value of a JavaScript expression.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true });
        if (answer["exceptionDetails"] is { } exception)
            throw new InvalidOperationException($"The expression failed: {exception.ToJsonString()}");
        return answer["result"]!["value"];
    }

    /// <summary>A PNG file of the page: its whole length, or the part that begins at <paramref name="top"/>.</summary>
    public async Task<byte[]> ScreenshotAsync(int width, int top = 0, int? height = null)
    {
        var whole = (int)(await EvaluateAsync("document.documentElement.scrollHeight"))!;
        var answer = await CallAsync("Page.captureScreenshot", new JsonObject
        {
            ["captureBeyondViewport"] = true,
            ["clip"] = new JsonObject { ["x"] = 0, ["y"] = top, ["width"] = width, ["height"] = Math.Min(height ?? whole, whole - top), ["scale"] = 1 },
        });
        return Convert.FromBase64String((string)answer["data"]!);
    }

    /// <summary>The page printed on A4, as a PDF file.</summary>
    public async Task<byte[]> PrintAsync() => Convert.FromBase64String((string)(await CallAsync(
        "Page.printToPDF", new JsonObject { ["paperWidth"] = 8.27, ["paperHeight"] = 11.69, ["printBackground"] = true }))["data"]!);

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().WaitAsync(Limit);
        _process.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private static string Executable() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("Chromium is not installed, and this test looks at the report in it. Run './run test', which installs it, or 'apt-get install chromium'.");

    private async Task ConnectAsync()
    {
        const string Announcement = "DevTools listening on ";
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += (_, _) => { }; // both pipes are drained, so that a full one can't stop it
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
                listening.TrySetException(new InvalidOperationException("Chromium ended before it listened."));
            else if (line.Data.StartsWith(Announcement, StringComparison.Ordinal))
                listening.TrySetResult(new Uri(line.Data[Announcement.Length..]));
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        using var limit = new CancellationTokenSource(Limit);
        await _socket.ConnectAsync(await listening.Task.WaitAsync(limit.Token), limit.Token);
        var target = (string)(await CallAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" }))["targetId"]!;
        _session = (string)(await CallAsync("Target.attachToTarget", new JsonObject { ["targetId"] = target, ["flatten"] = true }))["sessionId"]!;
        foreach (var domain in new[] { "Page", "Network", "Log", "Runtime" })
            await CallAsync($"{domain}.enable", []);
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        using var limit = new CancellationTokenSource(Limit);
        var id = ++_lastId;
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null)
            call["sessionId"] = _session;
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(call), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        while (true)
        {
            var message = await ReceiveAsync(limit.Token);
            if ((int?)message["id"] != id)
                _events.Add(message);
            else if (message["error"] is { } error)
                throw new InvalidOperationException($"{method}: {error.ToJsonString()}");
            else
                return message["result"]!;
        }
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellation)
    {
        using var message = new MemoryStream();
        var buffer = new byte[1 << 16];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), cancellation);
            message.Write(buffer.AsSpan(0, part.Count));
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!;
    }
}
