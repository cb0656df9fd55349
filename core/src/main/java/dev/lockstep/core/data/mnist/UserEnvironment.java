package dev.lockstep.core.data.mnist;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What of the user's machine decides where data lies and how the network is reached.
 *
 * @param variables the environment variables
 * @param home the user's home directory, null if there is none
 * @param operatingSystem as Java names it, such as {@code Linux} or {@code Mac OS X}
 */
public record UserEnvironment(
    Map<String, String> variables, @Nullable Path home, String operatingSystem) {

  /** Returns that of this process. */
  public static UserEnvironment ofProcess() {
    Map<String, String> variables = System.getenv();
    String home = variables.getOrDefault("HOME", System.getProperty("user.home", ""));
    // Java names a home directory that it cannot find "?".
    boolean known = !home.isBlank() && !home.equals("?");
    return new UserEnvironment(
        variables, known ? Path.of(home) : null, System.getProperty("os.name", ""));
  }

  /** Returns a variable's value, empty if it is unset or blank. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
  }

  /** Returns where this user's programs keep what can be fetched again, if they can. */
  public Optional<Path> cache() {
    Optional<Path> named = variable("XDG_CACHE_HOME").map(Path::of).filter(Path::isAbsolute);
    return named.or(this::systemCache);
  }

  private Optional<Path> systemCache() {
    String system = operatingSystem.toLowerCase(Locale.ROOT);
    if (system.startsWith("windows")) {
      return variable("LOCALAPPDATA").map(Path::of).or(() -> inHome("AppData", "Local"));
    }
    return system.startsWith("mac") ? inHome("Library", "Caches") : inHome(".cache");
  }

  /** Returns a path below the home directory, if there is one. */
  public Optional<Path> inHome(String... names) {
    return Optional.ofNullable(home).map(path -> path.resolve(Path.of("", names)));
  }
}
