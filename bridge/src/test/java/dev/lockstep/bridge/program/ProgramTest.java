package dev.lockstep.bridge.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelFailedException;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs that do what none should: each ends in words, at once, and leaves no process. */
class ProgramTest {

  /** Far more than an answer takes, on a busy machine too. */
  private static final Duration PATIENT = Duration.ofMinutes(2);

  private static final Duration SHORT = Duration.ofSeconds(3);

  static final NetworkSpec NETWORK =
      new NetworkSpec(
          Shape.of(3),
          List.of(new LayerSpec.Affine("affine1", 2, new InitialValues.He())),
          new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 0),
          0,
          new OptimizerSpec.Sgd(LearningRate.constant(0.1)));

  @TempDir Path temp;

  @BeforeEach
  void requirePython() {
    assumeTrue(Python.with("json").isPresent(), "skipped: no Python here");
  }

  private static ProgramProvider hostile(Duration timeout, List<String> said, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Python.with("json").orElseThrow());
    try {
      command.add(
          Path.of(Objects.requireNonNull(ProgramTest.class.getResource("hostile.py")).toURI())
              .toString());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    command.addAll(List.of(arguments));
    return new ProgramProvider(
        command, Map.of(), new ProgramProvider.Settings("double", "aligned", timeout, said::add));
  }

  static double step(Model model) {
    return model.step(
        new Batch(1, Tensor.zeros(Shape.of(1, 3)), Tensor.zeros(Shape.of(1, 2))),
        (layer, ratio, shape) -> Tensor.filled(shape, 1),
        Observer.NONE);
  }

  @Test
  void whatIsPrintedBeforeTheGreetingIsPassedOver() {
    try (ProgramProvider provider = hostile(PATIENT, new ArrayList<>(), "none");
        Model model = provider.create(NETWORK)) {
      assertThat(provider.name()).isEqualTo("hostile");
      assertThat(step(model)).isEqualTo(0.5);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          exits                    | ended with exit status 7 in its step; it said last:
          is killed                | was ended by signal 9 in its step
          answers another question | expected the answer to question 3, found one to '1'
          answers of another kind  | expected an answer of kind 'step', found 'predict'
          prints into the stream   | answered nonsense in its step: expected a frame, found the text 'epoch 1, loss 2.3
          prints a word and ends   | expected a frame, found the text 'bye'
          huge header              | found a length of 18446744073709551615
          no json                  | expected a header in JSON
          overlapping tensors      | forward a/out: expected data_offsets [8, 16], found [0, 8]
          gigantic tensor          | in one frame, found 2000000000
          unknown phase            | expected 'loss', or a phase and a path
          no loss                  | expected a tensor 'loss', found none
          loss of two              | expected 'loss' of shape scalar, found 2
          never stops talking      | ended with exit status 3
          closes its output        | closed its standard output in its step
          """)
  void aStepThatGoesWrongIsTold(String wrong, String told) {
    try (ProgramProvider provider = hostile(PATIENT, new ArrayList<>(), wrong);
        Model model = provider.create(NETWORK)) {
      assertThatThrownBy(() -> step(model))
          .isInstanceOf(ModelFailedException.class)
          .hasMessageStartingWith("hostile ")
          .hasMessageContaining(told)
          .hasMessageNotContaining("Exception");
      // and it stays so
      assertThatThrownBy(() -> step(model)).hasMessageContaining(told);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          is no program of ours | ended with exit status 0 in starting; it said last: Hello, world!
          another version       | expected version 1 of the protocol, found '2'
          """)
  void aProgramThatDoesNotGreetIsTold(String wrong, String told) {
    try (ProgramProvider provider = hostile(PATIENT, new ArrayList<>(), wrong)) {
      assertThatThrownBy(() -> provider.create(NETWORK))
          .isInstanceOf(ModelFailedException.class)
          .satisfies(
              e ->
                  assertThat(String.valueOf(e.getMessage()).replaceAll("\\s+", " "))
                      .contains(told));
    }
  }

  @Test
  void aStateWithoutAStepIsTold() {
    try (ProgramProvider provider = hostile(PATIENT, new ArrayList<>(), "a step that is none");
        Model model = provider.create(NETWORK)) {
      assertThatThrownBy(model::state)
          .hasMessageContaining("expected a whole number as 'step', found 'minus one'");
    }
  }

  @Test
  void whatItSaysIsPassedOnAndItsLastLinesAreTold() {
    List<String> said = new ArrayList<>();
    try (ProgramProvider provider = hostile(PATIENT, said, "exits");
        Model model = provider.create(NETWORK)) {
      assertThatThrownBy(() -> step(model)).hasMessageEndingWith("\n  about to leave");
    }
    assertThat(said).containsExactly("about to leave");
  }

  @Test
  void silenceIsEndedWhenItsTimeIsUp() {
    try (ProgramProvider provider = hostile(SHORT, new ArrayList<>(), "says nothing")) {
      assertThatThrownBy(provider::name)
          .isInstanceOf(ModelFailedException.class)
          .hasMessageContaining("gave no answer in starting within 3 s and was ended");
    }
  }

  @Test
  void aStepThatHangsIsEndedWithAllThatItStarted() throws IOException {
    Path pids = temp.resolve("pids");
    try (ProgramProvider provider = hostile(SHORT, new ArrayList<>(), "hangs", pids.toString());
        Model model = provider.create(NETWORK)) {
      assertThatThrownBy(() -> step(model))
          .hasMessageContaining("gave no answer in its step within 3 s and was ended");
    }
    for (String pid : List.of(Files.readString(pids).split(" ", -1))) {
      Optional<ProcessHandle> left = ProcessHandle.of(Long.parseLong(pid));
      left.ifPresent(process -> process.onExit().orTimeout(20, TimeUnit.SECONDS).join());
      assertThat(left.map(ProcessHandle::isAlive).orElse(false)).isFalse();
    }
  }

  @Test
  void aProgramThatFailedIsStartedAnewForTheNextModel() {
    try (ProgramProvider provider = hostile(PATIENT, new ArrayList<>(), "exits")) {
      Model first = provider.create(NETWORK);
      assertThat(catchThrowable(() -> step(first))).isInstanceOf(ModelFailedException.class);
      try (Model second = provider.create(NETWORK)) {
        assertThat(second.predict(Tensor.zeros(Shape.of(1, 3))).size()).isEqualTo(2);
      }
    }
  }

  @Test
  void aProgramThatIsNotThereIsAMistakeInTheCommand() {
    try (ProgramProvider provider =
        new ProgramProvider(
            List.of("no-such-program"), Map.of(), ProgramProvider.Settings.standard())) {
      assertThatThrownBy(provider::name)
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith("cannot start 'no-such-program': expected a program");
    }
  }
}
