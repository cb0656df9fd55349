package dev.lockstep.experiments.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.yaml.YamlReader;
import dev.lockstep.core.yaml.YamlValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The workflows are read, their actions are pinned, and what they run is there. */
class WorkflowsTest {

  private static final Path TOP = Path.of("").toAbsolutePath().resolve("..").normalize();

  private static final Pattern PINNED =
      Pattern.compile("uses: [\\w.-]+/[\\w./-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+");

  static List<Path> workflows() throws IOException {
    try (Stream<Path> files = Files.list(TOP.resolve(".github/workflows"))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("workflows")
  void actionsArePinnedAndCommandsExist(Path workflow) throws IOException {
    YamlValue.Mapping file = YamlReader.read(workflow);
    assertThat(file.values()).containsKeys("name", "on", "permissions", "jobs");

    List<String> lines = Files.readAllLines(workflow);
    assertThat(lines.stream().filter(line -> line.contains("uses:")))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).containsPattern(PINNED));

    List<String> commands = new ArrayList<>();
    collect(file, commands);
    String pom = Files.readString(TOP.resolve("pom.xml"));
    for (String command : commands) {
      Matcher program = Pattern.compile("^(\\./mvnw|\\.ci/[a-z]+)").matcher(command);
      if (program.find()) {
        assertThat(TOP.resolve(program.group(1))).isExecutable();
      }
      Matcher profile = Pattern.compile("-P([a-z]+)").matcher(command);
      while (profile.find()) {
        assertThat(pom).contains("<id>" + profile.group(1) + "</id>");
      }
      Matcher module = Pattern.compile("-pl ([a-z-]+)").matcher(command);
      while (module.find()) {
        assertThat(pom).contains("<module>" + module.group(1) + "</module>");
      }
    }
  }

  private static void collect(YamlValue value, List<String> commands) {
    if (value instanceof YamlValue.Mapping mapping) {
      mapping
          .values()
          .forEach(
              (key, inner) -> {
                if (key.equals("run") && inner instanceof YamlValue.Scalar command) {
                  commands.add(command.text());
                }
                collect(inner, commands);
              });
    } else if (value instanceof YamlValue.Sequence sequence) {
      sequence.values().forEach(inner -> collect(inner, commands));
    }
  }
}
