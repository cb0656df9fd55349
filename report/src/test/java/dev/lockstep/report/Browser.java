package dev.lockstep.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A Chromium without a window, where the machine has one, spoken to over its DevTools protocol:
 * pages of any width that were never resized, light or dark, on screen or on paper.
 */
public final class Browser implements AutoCloseable {

  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private static final String LISTENING = "DevTools listening on ";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Long enough for a machine that builds at the same time. */
  private static final int SECONDS = 120;

  /**
   * What has ended and is still listed, as where nobody asks for its exit code, is not waited for
   * longer.
   */
  private static final int ENDS_IN_SECONDS = 10;

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final Map<String, Page> pages = new ConcurrentHashMap<>();

  private Browser(Process process, URI address) {
    this.process = process;
    this.socket =
        await(HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(address, new Listener()));
  }

  /** Returns the program that is first on the path. */
  static Optional<Path> find() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts it.
   *
   * @param scratch an empty folder for the browser's own files
   */
  static Browser start(Path program, Path scratch) throws IOException {
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-quic",
                "--remote-debugging-port=0",
                "--user-data-dir=" + scratch.resolve("profile"),
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader errors = process.errorReader(StandardCharsets.UTF_8);
    List<String> said = new ArrayList<>();
    for (String line = errors.readLine(); line != null; line = errors.readLine()) {
      if (line.startsWith(LISTENING)) {
        drain(errors);
        return new Browser(process, URI.create(line.substring(LISTENING.length()).strip()));
      }
      said.add(line);
    }
    throw new IllegalStateException("the browser ended: " + said);
  }

  /** A process whose pipe is full stands still. */
  private static void drain(BufferedReader errors) {
    Thread reader =
        new Thread(
            () -> {
              try {
                while (errors.readLine() != null) {}
              } catch (IOException closed) {
                // The browser has ended.
              }
            });
    reader.setDaemon(true);
    reader.start();
  }

  /** Opens a page at a width that it keeps, waits until it has loaded and drawn itself. */
  Page open(String url, int width, int height, boolean dark) {
    String target =
        call("", "Target.createTarget", Map.of("url", "about:blank")).path("targetId").asText();
    String session =
        call("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .path("sessionId")
            .asText();
    Page page = new Page(target, session);
    pages.put(session, page);
    page.call("Runtime.enable", Map.of());
    page.call("Log.enable", Map.of());
    page.call("Page.enable", Map.of());
    page.call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    page.resize(width, height);
    page.call("Page.navigate", Map.of("url", url));
    await(page.loaded);
    page.settle();
    return page;
  }

  @Override
  public void close() {
    socket.abort();
    // Its helpers write to its folder for as long as they live.
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    CompletableFuture.allOf(
            all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, ENDS_IN_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  private JsonNode call(String session, String method, Map<String, ?> parameters) {
    int id = ids.incrementAndGet();
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", JSON.valueToTree(parameters));
    if (!session.isEmpty()) {
      message.put("sessionId", session);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    await(socket.sendText(message.toString(), true));
    JsonNode said = await(answer);
    if (said.has("error")) {
      throw new IllegalStateException(method + ": " + said.path("error"));
    }
    return said.path("result");
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the browser did not answer", e);
    }
  }

  /** One page that is open. */
  public final class Page implements AutoCloseable {
    private final String target;
    private final String session;
    private final CompletableFuture<Boolean> loaded = new CompletableFuture<>();
    private final List<String> console = Collections.synchronizedList(new ArrayList<>());

    private Page(String target, String session) {
      this.target = target;
      this.session = session;
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
      return Browser.this.call(session, method, parameters);
    }

    /** Returns every message that the page left, errors too. */
    public List<String> console() {
      return List.copyOf(console);
    }

    /** Gives the window another size. */
    public void resize(int width, int height) {
      call(
          "Emulation.setDeviceMetricsOverride",
          Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Waits until what the page does after layout is done. */
    public void settle() {
      evaluate(
          "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(1), 50))))");
    }

    /** Returns what an expression comes to in the page. */
    public JsonNode evaluate(String expression) {
      JsonNode answer =
          call(
              "Runtime.evaluate",
              Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
      if (answer.has("exceptionDetails")) {
        throw new IllegalStateException(answer.path("exceptionDetails").toString());
      }
      return answer.path("result").path("value");
    }

    /**
     * Waits until a condition holds, also where the page loads itself anew meanwhile.
     *
     * @param condition in JavaScript
     */
    public void waitFor(String condition) {
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      boolean holds = false;
      while (!holds) {
        if (System.nanoTime() > until) {
          throw new IllegalStateException(condition + " never held: " + dom());
        }
        try {
          holds = evaluate("Boolean(" + condition + ")").asBoolean();
          settle();
        } catch (IllegalStateException leaving) {
          // One page has gone, the next is not there.
        }
      }
    }

    /** Returns what the page shows, without its script and the numbers after its charts. */
    public String dom() {
      return evaluate(
              """
              (() => {
                const shown = document.getElementById('page').cloneNode(true);
                shown.querySelectorAll('.table-behind').forEach(table => table.remove());
                return shown.outerHTML;
              })()""")
          .asText();
    }

    /** Prints the page as a PDF. */
    public byte[] print() {
      return Base64.getDecoder()
          .decode(call("Page.printToPDF", Map.of("printBackground", true)).path("data").asText());
    }

    @Override
    public void close() {
      pages.remove(session);
      Browser.this.call("", "Target.closeTarget", Map.of("targetId", target));
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        try {
          take(JSON.readTree(text.toString()));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        text.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }

    private void take(JsonNode message) {
      CompletableFuture<JsonNode> answer = answers.remove(message.path("id").asInt());
      if (answer != null) {
        answer.complete(message);
        return;
      }
      Page page = pages.get(message.path("sessionId").asText());
      if (page == null) {
        return;
      }
      JsonNode parameters = message.path("params");
      switch (message.path("method").asText()) {
        case "Page.loadEventFired" -> page.loaded.complete(true);
        case "Runtime.consoleAPICalled" -> page.console.add(parameters.path("args").toString());
        case "Runtime.exceptionThrown" ->
            page.console.add(parameters.path("exceptionDetails").toString());
        case "Log.entryAdded" -> page.console.add(parameters.path("entry").path("text").asText());
        default -> {}
      }
    }
  }
}
