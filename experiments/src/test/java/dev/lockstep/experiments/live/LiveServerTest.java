package dev.lockstep.experiments.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LiveServerTest {

  private final HttpClient client = HttpClient.newHttpClient();

  private HttpResponse<String> send(String method, String address)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(address)).method(method, BodyPublishers.noBody()).build(),
        BodyHandlers.ofString());
  }

  @Test
  void onlyThePageIsGiven() throws Exception {
    try (LiveServer server = new LiveServer(version -> "page " + version)) {
      String address = server.address();
      assertThat(address).startsWith("http://127.0.0.1:");
      assertThat(send("GET", address).body()).isEqualTo("page 1");
      server.changed();
      assertThat(send("GET", address).body()).isEqualTo("page 2");
      assertThat(send("GET", address + "result.json").statusCode()).isEqualTo(404);
      assertThat(send("GET", address + "..%2F..%2Fetc%2Fpasswd").statusCode()).isEqualTo(404);
      for (String method : new String[] {"POST", "PUT", "DELETE", "HEAD"}) {
        HttpResponse<String> answer = send(method, address);
        assertThat(answer.statusCode()).as(method).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue("GET");
      }
    }
  }

  /** A page elsewhere may lead its own name to this machine. */
  @Test
  void anotherNameOfTheAddressIsRefused() throws Exception {
    try (LiveServer server = new LiveServer(version -> "secret");
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), URI.create(server.address()).getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 403").doesNotContain("secret");
    }
  }

  @Test
  void nothingListensOnTheMachinesOtherAddresses() throws Exception {
    try (LiveServer server = new LiveServer(version -> "")) {
      int port = URI.create(server.address()).getPort();
      for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
        for (InetAddress other : device.inetAddresses().toList()) {
          if (!other.equals(InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> new Socket(other, port).close())
                .as(other.toString())
                .isInstanceOf(IOException.class);
          }
        }
      }
    }
  }

  @Test
  void whoLooksIsToldOfAChangeAndOfTheEnd() throws Exception {
    LiveServer server = new LiveServer(version -> "page " + version);
    String address = server.address();
    CompletableFuture<HttpResponse<String>> change =
        client.sendAsync(
            HttpRequest.newBuilder(URI.create(address + "events?seen=1")).build(),
            BodyHandlers.ofString());
    server.changed();
    assertThat(change.get().body()).isEqualTo(": listening\n\ndata: 2\n\n");
    assertThat(change.get().headers().firstValue("Content-Type")).hasValue("text/event-stream");
    CompletableFuture<String> last =
        client
            .sendAsync(
                HttpRequest.newBuilder(URI.create(address + "events?seen=9")).build(),
                BodyHandlers.ofString())
            .thenApply(
                told -> {
                  try {
                    return send("GET", address).body();
                  } catch (IOException | InterruptedException e) {
                    return e.toString();
                  }
                });
    while (!server.isWatched()) {
      Thread.onSpinWait();
    }
    server.close();
    assertThat(last.get()).isEqualTo("page 3");
    assertThatThrownBy(() -> send("GET", address)).isInstanceOf(ConnectException.class);
  }
}
