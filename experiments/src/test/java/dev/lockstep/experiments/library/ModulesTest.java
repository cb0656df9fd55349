package dev.lockstep.experiments.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What others may compile against is one list, in three places that need it. */
class ModulesTest {

  private static final Path TOP = Path.of("").toAbsolutePath().resolve("..").normalize();

  /** Has no descriptor: it hands resources of a WebJar on, which is no named module. */
  private static final String REPORT = "dev.lockstep.report";

  private static Set<String> exported() throws IOException {
    Set<String> exported = new TreeSet<>(Set.of(REPORT));
    for (String module : Set.of("core", "scratch-impl")) {
      Path descriptor = TOP.resolve(module).resolve("target/classes/module-info.class");
      try (InputStream file = Files.newInputStream(descriptor)) {
        ModuleDescriptor.read(file).exports().stream()
            .filter(export -> !export.isQualified())
            .forEach(export -> exported.add(export.source()));
      }
    }
    return exported;
  }

  private static Set<String> found(String pattern, String file) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(TOP.resolve(file)))
        .results()
        .map((MatchResult result) -> result.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void whatIsExportedIsGuardedAndPromised() throws IOException {
    assertThat(exported())
        .contains("dev.lockstep.core.assertion")
        .doesNotContain("dev.lockstep.core.diagnosis", "dev.lockstep.scratch.kernels")
        .isEqualTo(found("<include>(dev\\.lockstep\\.[a-z.]+)</include>", "pom.xml"))
        .isEqualTo(found("(?m)^- `(dev\\.lockstep\\.[a-z.]+)`", "docs/your-own-code.md"));
  }
}
