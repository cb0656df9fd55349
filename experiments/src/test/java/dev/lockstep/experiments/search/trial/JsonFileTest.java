package dev.lockstep.experiments.search.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonFileTest {

  record Begun(List<String> arguments, String definition) {}

  @TempDir Path temp;

  @Test
  void readsWhatItWrote() {
    Path file = temp.resolve("begun.json");
    Begun begun = new Begun(List.of("search", "-q"), "space");
    JsonFile.write(file, begun);

    assertThat(JsonFile.read(file, Begun.class)).isEqualTo(begun);
  }

  @Test
  void whatAFileLeavesOutIsNamed() throws IOException {
    Path file = Files.writeString(temp.resolve("begun.json"), "{\"arguments\": []}");

    assertThatThrownBy(() -> JsonFile.read(file, Begun.class))
        .isInstanceOf(InputException.class)
        .hasMessage(file + ": definition: expected a value, found none");
  }

  @Test
  void anEmptyFileIsNoRecord() throws IOException {
    Path file = Files.writeString(temp.resolve("begun.json"), "null");

    assertThatThrownBy(() -> JsonFile.read(file, Begun.class))
        .isInstanceOf(InputException.class)
        .hasMessage(file + ": content: expected a value, found none");
  }
}
