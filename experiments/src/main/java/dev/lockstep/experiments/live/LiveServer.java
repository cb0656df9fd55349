package dev.lockstep.experiments.live;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Answers for one page on 127.0.0.1, and tells those who look at it when it has changed. Only GET
 * is answered, only the page and its events, and only those who know it by that address.
 */
final class LiveServer implements AutoCloseable {

  private static final long PAUSE_MILLIS = 1_000;

  /** A browser that still looks has so long to fetch the last page. */
  private static final long LAST_MILLIS = 3_000;

  private final HttpServer server;
  private final ExecutorService threads;
  private final LongFunction<String> page;
  private final String host;
  private long version = 1;
  private boolean ended;
  private int looking;
  private boolean everSeen;
  private boolean lastSeen;

  /**
   * @param page given the number of its changes
   * @throws IOException if nothing can listen there
   */
  LiveServer(LongFunction<String> page) throws IOException {
    this.page = page;
    this.threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "live page");
              thread.setDaemon(true);
              return thread;
            });
    this.server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
    this.host = "127.0.0.1:" + server.getAddress().getPort();
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String address() {
    return "http://" + host + "/";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        exchange.sendResponseHeaders(405, -1);
      } else if (!host.equals(exchange.getRequestHeaders().getFirst("Host"))) {
        exchange.sendResponseHeaders(403, -1); // a name of somebody else's that leads here
      } else if (path.equals("/")) {
        sendPage(exchange);
      } else if (path.equals("/events")) {
        sendEvents(exchange);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private void sendPage(HttpExchange exchange) throws IOException {
    long now;
    boolean last;
    synchronized (this) {
      now = version;
      last = ended;
    }
    byte[] content = page.apply(now).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.sendResponseHeaders(200, content.length);
    exchange.getResponseBody().write(content);
    synchronized (this) {
      everSeen = true;
      if (last) {
        lastSeen = true;
        looking = Math.max(0, looking - 1);
        notifyAll();
      }
    }
  }

  /** Tells one browser, once the page is another than it has; it asks again with the next page. */
  private void sendEvents(HttpExchange exchange) throws IOException {
    long seen = seen(exchange.getRequestURI().getQuery());
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    out.write(": listening\n\n".getBytes(StandardCharsets.UTF_8));
    out.flush();
    synchronized (this) {
      looking++;
    }
    boolean told = false;
    try {
      long changed = changedSince(seen);
      out.write(("data: " + changed + "\n\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
      told = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      synchronized (this) {
        if (!told || !ended) {
          looking--;
        }
        notifyAll();
      }
    }
  }

  private static long seen(@Nullable String query) {
    return query != null && query.matches("seen=\\d{1,18}")
        ? Long.parseLong(query.substring(5))
        : 0;
  }

  private synchronized long changedSince(long seen) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
    while (!ended) {
      long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      if (left <= 0 && version > seen) {
        break;
      }
      wait(Math.max(left, 1));
    }
    return version;
  }

  /** Returns whether a browser waits for the next change. */
  synchronized boolean isWatched() {
    return looking > 0;
  }

  /** Says that the page has changed. */
  synchronized void changed() {
    version++;
  }

  /** Shows the last page to those who look, and listens no more. */
  @Override
  public void close() {
    synchronized (this) {
      version++;
      ended = true;
      notifyAll();
      long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAST_MILLIS);
      try {
        while ((looking > 0 || (everSeen && !lastSeen)) && until > System.nanoTime()) {
          wait(100);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    server.stop(0);
    threads.shutdownNow();
  }
}
