package dev.lockstep.experiments.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.InputException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CandidatesTest {

  @TempDir Path directory;

  @Test
  void aChangedClassOnTheClassPathIsAnotherCandidate() throws IOException {
    Path jar = Files.writeString(directory.resolve("net.jar"), "one");
    Path classes = Files.createDirectories(directory.resolve("classes/net"));
    Files.writeString(classes.resolve("Net.class"), "one");
    String path = jar + File.pathSeparator + directory.resolve("classes");
    String before = Candidates.digest(path);
    assertThat(Candidates.digest(path)).isEqualTo(before);

    Files.writeString(jar, "two");
    String jarChanged = Candidates.digest(path);
    Files.writeString(classes.resolve("Net.class"), "two");
    String bothChanged = Candidates.digest(path);
    Files.move(classes.resolve("Net.class"), classes.resolve("Other.class"));
    assertThat(java.util.List.of(before, jarChanged, bothChanged, Candidates.digest(path)))
        .doesNotHaveDuplicates();
    assertThatThrownBy(() -> Candidates.digest(directory.resolve("none.jar").toString()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no such file");
  }
}
