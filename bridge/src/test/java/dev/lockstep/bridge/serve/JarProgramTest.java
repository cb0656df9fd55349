package dev.lockstep.bridge.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.bridge.program.JarProgram;
import dev.lockstep.bridge.program.ProgramProvider;
import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelFailedException;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.WeightInitialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Candidates of a class path, each in a process of its own. */
class JarProgramTest {

  private static final Duration PATIENT = Duration.ofMinutes(2);
  private static final Duration SHORT = Duration.ofSeconds(10);
  private static final int LAST = 4;

  private static final NetworkSpec NETWORK =
      new NetworkSpec(
          Shape.of(3),
          List.of(
              new LayerSpec.Affine("affine1", 4, new InitialValues.He()),
              new LayerSpec.Dropout("dropout1", 0.5, false),
              new LayerSpec.Affine("affine2", 2, new InitialValues.He())),
          new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 0),
          0,
          new OptimizerSpec.Sgd(LearningRate.constant(0.1)));

  @TempDir Path temp;

  private ProgramProvider provider(String name, Duration timeout) throws IOException {
    Path services = Files.createDirectories(temp.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(ModelProvider.class.getName()),
        Arrays.stream(HostileProvider.class.getDeclaredClasses())
            .map(Class::getName)
            .collect(Collectors.joining("\n")));
    return JarProgram.provider(
        name,
        temp.toString(),
        new ProgramProvider.Settings("double", "aligned", timeout, line -> {}));
  }

  private static double train(Model model) {
    model.restore(WeightInitialization.initialState(NETWORK, new Random(1)));
    double loss = 0;
    for (int step = 1; step <= LAST; step++) {
      Tensor targets = Tensor.of(Shape.of(1, 2), 1, 0);
      loss =
          model.step(
              new Batch(step, Tensor.filled(Shape.of(1, 3), step), targets),
              (layer, ratio, shape) -> Tensor.filled(shape, 1),
              Observer.NONE);
    }
    return loss;
  }

  @ParameterizedTest
  @ValueSource(strings = {"harmless", "localizes"})
  void computesWhatItWouldComputeHere(String name) throws IOException {
    try (ProgramProvider provider = provider(name, PATIENT);
        Model there = provider.create(NETWORK);
        Model here = new HostileProvider.Harmless().create(NETWORK)) {
      assertThat(train(there)).isEqualTo(train(here));
      assertThat(there.state()).isEqualTo(here.state());
      Tensor x = Tensor.of(Shape.of(1, 3), 1, 2, 3);
      assertThat(there.predict(x)).isEqualTo(here.predict(x));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          exits | ended with exit status 0 in its step
          halts | ended with exit status 0 in its step
          fails | failed in its step: java.lang.Error: on purpose at dev.lockstep.bridge.serve.
          fills | failed in its step: java.lang.OutOfMemoryError
          """)
  void whatItDoesToItsProcessIsItsOwnFailure(String name, String told) throws IOException {
    try (ProgramProvider provider = provider(name, PATIENT);
        Model model = provider.create(NETWORK)) {
      assertThatThrownBy(() -> train(model))
          .isInstanceOf(ModelFailedException.class)
          .hasMessageStartingWith(name + " " + told);
    }
  }

  @Test
  void aCandidateThatHangsIsEnded() throws IOException {
    try (ProgramProvider provider = provider("hangs", SHORT);
        Model model = provider.create(NETWORK)) {
      assertThatThrownBy(() -> train(model))
          .hasMessageStartingWith("hangs gave no answer in its step within 10 s and was ended");
    }
  }

  @Test
  void aNameThatNobodyHasIsToldWithThoseThereAre() throws IOException {
    try (ProgramProvider provider = provider("missing", PATIENT)) {
      assertThatThrownBy(() -> provider.create(NETWORK))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("expected a provider called 'missing'")
          .hasMessageContaining("'harmless'");
    }
  }

  @Test
  void aClassOfANewerJavaIsTold() throws IOException {
    try (ProgramProvider provider = provider("newer", PATIENT)) {
      Path file = Files.createDirectories(temp.resolve("com/example")).resolve("Newer.class");
      byte[] ours;
      try (var in = JarProgramTest.class.getResourceAsStream("HostileProvider$Exits.class")) {
        ours = Objects.requireNonNull(in).readAllBytes();
      }
      ours[7] = 99; // the major version
      Files.write(file, ours);
      Files.writeString(
          temp.resolve("META-INF/services/" + ModelProvider.class.getName()), "com.example.Newer");
      assertThatThrownBy(() -> provider.create(NETWORK))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("class file version 99");
    }
  }

  @Test
  void aJarThatIsNotThereIsTold() {
    assertThatThrownBy(
            () -> JarProgram.provider("any", "no/such.jar", ProgramProvider.Settings.standard()))
        .isInstanceOf(InputException.class)
        .hasMessage("--classpath: no/such.jar: no such file or directory");
  }
}
