package dev.lockstep.core.data.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UserEnvironmentTest {

  private static final Path HOME = Path.of("/home/you");

  @Test
  void cachesInTheHomeDirectory() {
    assertThat(environment("Linux", HOME, Map.of()).cache()).contains(HOME.resolve(".cache"));
    assertThat(environment("Mac OS X", HOME, Map.of()).cache())
        .contains(HOME.resolve("Library/Caches"));
    assertThat(environment("Windows 11", HOME, Map.of()).cache())
        .contains(HOME.resolve("AppData/Local"));
  }

  @Test
  void cachesWhereTheUserSays() {
    assertThat(environment("Linux", HOME, Map.of("XDG_CACHE_HOME", "/fast")).cache())
        .contains(Path.of("/fast"));
    assertThat(environment("Windows 11", HOME, Map.of("LOCALAPPDATA", "/local")).cache())
        .contains(Path.of("/local"));
  }

  @Test
  void ignoresARelativeCacheAsItsSpecificationDemands() {
    assertThat(environment("Linux", HOME, Map.of("XDG_CACHE_HOME", "here")).cache())
        .contains(HOME.resolve(".cache"));
  }

  @Test
  void worksWithoutAHomeDirectory() {
    assertThat(environment("Linux", null, Map.of()).cache()).isEmpty();
    assertThat(environment("Linux", null, Map.of("XDG_CACHE_HOME", "/fast")).cache())
        .contains(Path.of("/fast"));
  }

  private static UserEnvironment environment(
      String system, @Nullable Path home, Map<String, String> variables) {
    return new UserEnvironment(variables, home, system);
  }
}
