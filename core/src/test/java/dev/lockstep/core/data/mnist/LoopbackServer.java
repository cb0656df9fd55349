package dev.lockstep.core.data.mnist;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An HTTP server on loopback that answers exactly what a test writes, down to broken promises: one
 * request a connection.
 */
public final class LoopbackServer implements AutoCloseable {

  /** Writes an answer, head and body. */
  @FunctionalInterface
  public interface Answer {
    void write(Request request, OutputStream out) throws IOException, InterruptedException;
  }

  /**
   * @param line such as {@code GET /file HTTP/1.1}
   * @param headers by name in small letters
   */
  public record Request(String line, Map<String, String> headers) {

    public String path() {
      return line.split(" ", -1)[1];
    }
  }

  private final ServerSocket socket;
  private final Answer answer;
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  public LoopbackServer(Answer answer) throws IOException {
    this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.answer = answer;
    daemon(this::accept);
  }

  public URI address() {
    return URI.create("http://127.0.0.1:%d/".formatted(port()));
  }

  public int port() {
    return socket.getLocalPort();
  }

  public List<Request> requests() {
    return requests;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Returns the head of an answer. */
  public static byte[] head(String status, String... headers) {
    String lines = String.join("\r\n", headers);
    String head =
        "HTTP/1.1 %s\r\nConnection: close\r\n%s%s\r\n"
            .formatted(status, lines, lines.isEmpty() ? "" : "\r\n");
    return head.getBytes(StandardCharsets.US_ASCII);
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        daemon(() -> serve(connection));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket connection) {
    try (connection;
        OutputStream out = connection.getOutputStream()) {
      Request request = request(connection);
      requests.add(request);
      answer.write(request, out);
      out.flush();
    } catch (IOException | InterruptedException e) {
      // The client has had enough.
    }
  }

  private static Request request(Socket connection) throws IOException {
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
    String line = in.readLine();
    Map<String, String> headers = new TreeMap<>();
    for (String header = in.readLine(); header != null && !header.isEmpty(); ) {
      String[] nameAndValue = header.split(": ", 2);
      headers.put(nameAndValue[0].toLowerCase(Locale.ROOT), nameAndValue[1]);
      header = in.readLine();
    }
    return new Request(line, headers);
  }

  private static void daemon(Runnable body) {
    Thread thread = new Thread(body, "loopback");
    thread.setDaemon(true);
    thread.start();
  }
}
