package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a reader needs first, in words. */
class FirstScreenTest {

  @Test
  void theReadmeTellsWhatEveryVerdictMeansAndItsExitCode() throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    assertThat(FirstScreen.verdicts())
        .isNotEmpty()
        .allSatisfy(
            row ->
                assertThat(readme)
                    .contains(
                        "| `%s` | %s | %d |"
                            .formatted(row.verdict(), row.meaning(), row.exitCode())));
  }

  @ParameterizedTest
  @CsvSource({
    "lockstep compare a --output /tmp/x --steps 3, ./lockstep compare a --steps 3",
    "lockstep compare a --output=/tmp/x, ./lockstep compare a",
    "lockstep compare a --output \"/tmp/x y\" -q, ./lockstep compare a -q",
    "./lockstep compare a, ./lockstep compare a"
  })
  void aRepeatedCommandDoesNotWriteOverTheFirst(String command, String again) {
    assertThat(FirstScreen.again(command)).isEqualTo(again);
  }
}
