package dev.lockstep.core.yaml;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldsTest {

  private record Layer(int units, double ratio, List<YamlValue> branches, String form) {}

  private static Layer layer(String text) {
    return Fields.read(
        YamlReader.parse("mine.yaml", text),
        "affine",
        fields ->
            new Layer(
                fields.integer("units"),
                fields.number("ratio"),
                fields.list("branches"),
                fields.choice("form", List.of("book", "inverted"))));
  }

  /** {@code height} comes after the missing key, and is valid for none. */
  @Test
  void anUnknownKeyIsToldBeforeOneThatIsMissing() {
    assertThatThrownBy(() -> layer("ratio: 0.5\nbranches: []\nform: book\nheight: 3\n"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "mine.yaml:4: affine.height: unknown key; valid keys: units, ratio, branches, form");
  }

  @Test
  void aKeyThatIsMissingIsToldWhereAllOthersAreRight() {
    assertThatThrownBy(() -> layer("ratio: 0.5\nform: book\nunits: 1\n"))
        .isInstanceOf(UsageException.class)
        .hasMessage("mine.yaml:1: affine.branches is missing");
  }

  @Test
  void aMisspeltKeyIsToldWithWhatWasMeant() {
    assertThatThrownBy(() -> layer("unit: 1\nratio: 0.5\nbranches: []\nform: book\n"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "mine.yaml:1: affine.unit: unknown key: did you mean units?; valid keys: units, ratio,"
                + " branches, form");
  }
}
