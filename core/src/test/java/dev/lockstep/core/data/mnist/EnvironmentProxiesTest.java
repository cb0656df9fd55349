package dev.lockstep.core.data.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentProxiesTest {

  private static final URI SECURE = URI.create("https://data.example.org/mnist/");
  private static final URI PLAIN = URI.create("http://data.example.org/mnist/");

  @Test
  void takesTheProxyOfTheScheme() {
    EnvironmentProxies proxies =
        proxies(Map.of("https_proxy", "http://one:3128", "HTTP_PROXY", "http://two:8080/"));

    assertThat(proxies.select(SECURE)).isEqualTo(through("one", 3128));
    assertThat(proxies.select(PLAIN)).isEqualTo(through("two", 8080));
  }

  @Test
  void takesTheProxyForAllWhereTheSchemeHasNone() {
    EnvironmentProxies proxies = proxies(Map.of("ALL_PROXY", "all:1", "http_proxy", "plain:2"));

    assertThat(proxies.select(SECURE)).isEqualTo(through("all", 1));
    assertThat(proxies.select(PLAIN)).isEqualTo(through("plain", 2));
  }

  @Test
  void assumesThePortOfHttp() {
    assertThat(proxies(Map.of("https_proxy", "proxy.example.org")).select(SECURE))
        .isEqualTo(through("proxy.example.org", 80));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "data.example.org",
        "example.org",
        ".example.org",
        "localhost, EXAMPLE.org",
        "data.example.org:8443"
      })
  void goesDirectlyToWhatIsExempt(String exempt) {
    URI address = URI.create("https://data.example.org:8443/");

    assertThat(proxies(Map.of("https_proxy", "proxy:1", "no_proxy", exempt)).select(address))
        .containsExactly(Proxy.NO_PROXY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ",", "a.example.org", "ample.org", "data.example.org:1", "org.example"})
  void goesThroughTheProxyToWhatIsNotExempt(String exempt) {
    assertThat(proxies(Map.of("https_proxy", "proxy:1", "NO_PROXY", exempt)).select(SECURE))
        .isEqualTo(through("proxy", 1));
  }

  @Test
  void goesDirectlyWithoutAProxy() {
    assertThat(proxies(Map.of("https_proxy", " ")).select(SECURE)).containsExactly(Proxy.NO_PROXY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks5://me:secret@proxy:1", "http://me:secret@", "me:secret@:1 2"})
  void refusesWhatIsNoHttpProxyWithoutShowingIt(String value) {
    assertThatThrownBy(() -> proxies(Map.of("https_proxy", value)).proxy(SECURE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected http://HOST:PORT")
        .hasMessageNotContaining("secret");
  }

  private static EnvironmentProxies proxies(Map<String, String> variables) {
    return new EnvironmentProxies(new UserEnvironment(variables, null, "Linux"));
  }

  private static List<Proxy> through(String host, int port) {
    return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host, port)));
  }
}
