package dev.lockstep.core.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.UsageException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class YamlReaderTest {

  @Test
  void aValueKnowsItsLine() {
    YamlValue.Mapping mapping = YamlReader.parse("mine.yaml", "seed: 1\nsteps: 20\n");

    assertThat(mapping.values())
        .isEqualTo(
            Map.of(
                "seed", new YamlValue.Scalar("mine.yaml:1", "1"),
                "steps", new YamlValue.Scalar("mine.yaml:2", "20")));
  }

  /**
   * The library reads in pieces of 1,024, and ended with an index where a pair stood across two.
   */
  @Test
  void aCharacterOfTwoUnitsMayStandAnywhere() {
    for (int before = 1000; before < 1050; before++) {
      String text = "#" + "x".repeat(before) + "😀";

      assertThat(YamlReader.parseValue("mine.yaml", text + "\n7"))
          .as("after %d characters", before)
          .isEqualTo(new YamlValue.Scalar("mine.yaml:2", "7"));
      assertThat(YamlReader.parseValue("mine.yaml", text)).isInstanceOf(YamlValue.Scalar.class);
    }
  }

  @Test
  void anAliasIsRefused() {
    assertThatThrownBy(() -> YamlReader.parse("mine.yaml", "a: &a 1\nb: *a\n"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("mine.yaml:1: an alias (*name) is not allowed here");
  }

  @Test
  void aKeyStandsOnce() {
    assertThatThrownBy(() -> YamlReader.parse("mine.yaml", "a: 1\nb: 2\na: 3\n"))
        .isInstanceOf(UsageException.class)
        .hasMessage("mine.yaml:3: a stands here twice");
  }
}
