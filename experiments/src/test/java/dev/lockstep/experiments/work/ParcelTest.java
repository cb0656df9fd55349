package dev.lockstep.experiments.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParcelTest {

  private static final String RESULT =
      """
      {"loss": %s, "environment": {"host": "%s", "cpu": "%s"}, "timing": {"seconds": %s}}
      """;

  @TempDir private Path temp;

  private byte[] parcel(String loss, String host, String cpu, String seconds) throws IOException {
    Path directory = Files.createTempDirectory(temp, "run");
    Files.writeString(
        directory.resolve("result.json"),
        RESULT.formatted(loss, host, cpu, seconds),
        StandardCharsets.UTF_8);
    Files.writeString(directory.resolve("report.html"), "<p>" + seconds, StandardCharsets.UTF_8);
    return Parcel.of(directory);
  }

  @Test
  void theFilesArriveAsTheyWere() throws IOException {
    Path into = temp.resolve("some/where");

    Parcel.unpack(parcel("0.25", "a", "x", "1"), into);

    assertThat(into.resolve("report.html")).hasContent("<p>1");
    assertThat(into.resolve("result.json")).hasContent(RESULT.formatted("0.25", "a", "x", "1"));
    assertThat(into.toFile().list()).hasSize(2);
  }

  @Test
  void twiceToTheSameButForTheClockAndTheHost() throws IOException {
    Path into = temp.resolve("into");

    Parcel.unpack(parcel("0.25", "a", "x", "1"), into);
    Parcel.unpack(parcel("0.25", "b", "y", "2"), into);

    assertThat(into.resolve("report.html")).hasContent("<p>2");
  }

  @Test
  void twiceToAnotherResultNamesBothHostsAndChangesNothing() throws IOException {
    Path into = temp.resolve("into");

    Parcel.unpack(parcel("0.25", "alpha", "Zen 4", "1"), into);
    byte[] other = parcel("0.250000000000001", "beta", "Skylake", "2");

    assertThatThrownBy(() -> Parcel.unpack(other, into))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("alpha (Zen 4)")
        .hasMessageContaining("beta (Skylake)");
    assertThat(into.resolve("report.html")).hasContent("<p>1");
  }

  @Test
  void aFailureIsOfItsKindAndTellsWhere() {
    Path into = temp.resolve("into");

    assertThatThrownBy(
            () -> Parcel.unpack(Parcel.failure(new InputException("no data"), "alpha"), into))
        .isInstanceOf(InputException.class)
        .hasMessage("no data (on alpha)");
    assertThatThrownBy(
            () -> Parcel.unpack(Parcel.failure(new UsageException("no such"), "alpha"), into))
        .isInstanceOf(UsageException.class)
        .hasMessage("no such (on alpha)");
    assertThatThrownBy(
            () -> Parcel.unpack(Parcel.failure(new IllegalStateException("bug"), "alpha"), into))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("bug (on alpha)");
    assertThat(into).doesNotExist();
  }
}
