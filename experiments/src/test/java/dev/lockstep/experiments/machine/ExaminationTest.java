package dev.lockstep.experiments.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.bridge.program.Python;
import dev.lockstep.core.data.mnist.MnistPlace;
import dev.lockstep.core.data.mnist.UserEnvironment;
import dev.lockstep.experiments.machine.Examination.Finding;
import dev.lockstep.experiments.machine.Examination.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExaminationTest {

  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({"11, MISSING", "16, MISSING", "17, OK", "25, OK"})
  void java17AndLaterServe(int feature, State state) {
    assertThat(Examination.java(feature, "x").state()).isEqualTo(state);
  }

  @ParameterizedTest
  @CsvSource({"64, MISSING", "256, WARN", "511, WARN", "512, OK", "8192, OK"})
  void aSmallHeapIsToldOfBeforeItRunsOut(long mebibytes, State state) {
    Finding finding = Examination.heap(mebibytes << 20);
    assertThat(finding.state()).isEqualTo(state);
    assertThat(finding.found()).isEqualTo(mebibytes + " MiB");
    assertThat(finding.advice().contains("-Xmx")).isEqualTo(state != State.OK);
  }

  @ParameterizedTest
  @CsvSource({"1, OK", "4, WARN", ", WARN"})
  void oneThreadIsFastest(String variable, State state) {
    assertThat(Examination.threads(variable).state()).isEqualTo(state);
  }

  @Test
  void withoutMnistAComparisonRunsAllTheSame() {
    Finding finding =
        Examination.data(List.of(new MnistPlace("cache", temp, "nothing there", false)));
    assertThat(finding.state()).isEqualTo(State.WARN);
    assertThat(finding.advice()).contains("lockstep data download");
    assertThat(Examination.data(List.of(new MnistPlace("cache", temp, "complete", true))).state())
        .isEqualTo(State.OK);
  }

  @Test
  void aDirectoryThatIsNotThereYetIsAsGoodAsItsParent() {
    assertThat(directory(temp.resolve("a/b"), 0).state()).isEqualTo(State.OK);
    assertThat(temp.resolve("a")).doesNotExist();
  }

  @Test
  void aFullDiskIsWarnedOf() {
    Finding finding = directory(temp, Long.MAX_VALUE);
    assertThat(finding.state()).isEqualTo(State.WARN);
    assertThat(finding.advice()).contains("make room");
  }

  @Test
  void nothingCanBeWrittenBelowAFile() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "", StandardCharsets.UTF_8);
    assertThat(directory(file.resolve("sub"), 0).state()).isEqualTo(State.MISSING);
  }

  private static Finding directory(Path path, long space) {
    return Examination.directory("output", path, space, State.MISSING, "--output");
  }

  @Test
  void noHomeDirectory() {
    assertThat(Examination.home(new UserEnvironment(Map.of(), null, "Linux")).state())
        .isEqualTo(State.WARN);
  }

  @Test
  void theValueOfAProxyIsNotShown() {
    UserEnvironment user =
        new UserEnvironment(Map.of("https_proxy", "http://me:secret@proxy:1"), temp, "Linux");
    assertThat(Examination.proxies(user).found()).isEqualTo("https_proxy");
  }

  @Test
  void aSideInPythonThatIsMissingIsNamedWithWhatItTakes() {
    Finding found = Examination.python(Python.Side.PYTORCH, Optional.empty());
    assertThat(found.state()).isEqualTo(State.WARN);
    assertThat(found.name()).isEqualTo("pytorch side");
    assertThat(found.advice()).contains("apt install python3-torch", "LOCKSTEP_PYTHON");
  }
}
