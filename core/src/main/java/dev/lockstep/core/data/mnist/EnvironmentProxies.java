package dev.lockstep.core.data.mnist;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The proxy that the usual environment variables name: {@code https_proxy}, {@code http_proxy},
 * {@code all_proxy} and {@code no_proxy}, in small or capital letters. Where they name none, Java's
 * own system properties decide.
 */
final class EnvironmentProxies extends ProxySelector {

  private static final int DEFAULT_PORT = 80;

  private final UserEnvironment environment;

  EnvironmentProxies(UserEnvironment environment) {
    this.environment = environment;
  }

  /**
   * @return the proxy for an address; empty if there is none
   * @throws IllegalArgumentException if the variable does not name an HTTP proxy
   */
  Optional<URI> proxy(URI address) {
    String scheme = address.getScheme().toLowerCase(Locale.ROOT);
    return variable(scheme + "_proxy")
        .or(() -> variable("all_proxy"))
        .filter(named -> !isExempt(address))
        .map(EnvironmentProxies::parse);
  }

  /** Returns who answers when a proxy asks for the name and password of its address. */
  Authenticator authenticator() {
    return new Authenticator() {
      @Override
      protected @Nullable PasswordAuthentication getPasswordAuthentication() {
        URI address = URI.create(getRequestingURL().toString());
        return getRequestorType() == RequestorType.PROXY
            ? proxy(address).map(EnvironmentProxies::credentials).orElse(null)
            : null;
      }
    };
  }

  @Override
  public List<Proxy> select(URI address) {
    Optional<URI> named = proxy(address);
    if (named.isEmpty()) {
      ProxySelector system = ProxySelector.getDefault();
      return system == null || isExempt(address) ? List.of(Proxy.NO_PROXY) : system.select(address);
    }
    int port = named.get().getPort();
    return List.of(
        new Proxy(
            Proxy.Type.HTTP,
            InetSocketAddress.createUnresolved(
                named.get().getHost(), port < 0 ? DEFAULT_PORT : port)));
  }

  @Override
  public void connectFailed(URI address, SocketAddress proxy, IOException cause) {
    // The request fails with the same cause: nothing to add.
  }

  private Optional<String> variable(String name) {
    return environment.variable(name).or(() -> environment.variable(name.toUpperCase(Locale.ROOT)));
  }

  private boolean isExempt(URI address) {
    return variable("no_proxy").stream()
        .flatMap(list -> Stream.of(list.split(",", -1)))
        .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
        .anyMatch(entry -> isExempt(address, entry));
  }

  private static boolean isExempt(URI address, String entry) {
    if (entry.isEmpty()) {
      return false;
    }
    if (entry.equals("*")) {
      return true;
    }
    String host = address.getHost().toLowerCase(Locale.ROOT);
    String[] hostAndPort = entry.split(":", 2);
    if (hostAndPort.length == 2 && !hostAndPort[1].equals(Integer.toString(address.getPort()))) {
      return false;
    }
    String domain = hostAndPort[0].startsWith(".") ? hostAndPort[0].substring(1) : hostAndPort[0];
    return host.equals(domain) || host.endsWith("." + domain);
  }

  private static URI parse(String value) {
    try {
      URI proxy = new URI(value.contains("://") ? value : "http://" + value);
      if ("http".equalsIgnoreCase(proxy.getScheme()) && proxy.getHost() != null) {
        return proxy;
      }
    } catch (URISyntaxException e) {
      // Told below, without the value: it may hold a password.
    }
    throw new IllegalArgumentException(
        "the proxy that the environment names: expected http://HOST:PORT, found something else");
  }

  private static @Nullable PasswordAuthentication credentials(URI proxy) {
    String user = proxy.getRawUserInfo();
    if (user == null) {
      return null;
    }
    String[] nameAndPassword = user.split(":", 2);
    String password = nameAndPassword.length == 2 ? nameAndPassword[1] : "";
    return new PasswordAuthentication(decoded(nameAndPassword[0]), decoded(password).toCharArray());
  }

  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
