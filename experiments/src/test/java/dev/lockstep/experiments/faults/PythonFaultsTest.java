package dev.lockstep.experiments.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.bridge.program.ProgramProvider;
import dev.lockstep.bridge.program.Python;
import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.rounding.RoundedUp;
import dev.lockstep.scratch.ScratchProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A mistake is told alike whether it is made in Java or in a program in Python. */
class PythonFaultsTest {

  private static final int STEPS = 3;
  private static final int SAMPLES = 60;
  private static final int BATCH = 20;
  private static final int SEED = 1;

  private final SmallDigits digits = SmallDigits.draw(SAMPLES, SAMPLES);

  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          constant-outside-logarithm | t * np.log(y + stabilizer) | t * (np.log(y) + stabilizer)
          weight-in-place-of-gradient | self.update(w, gradient, | self.update(w, w.copy() if path == "affine1/W" else gradient,
          dropout-prediction-dropped-share | else x * (1 - self.ratio) | else x * self.ratio
          batchnorm-epsilon | variance + self.layer.epsilon | variance + 10 * self.layer.epsilon
          dropout-inverted | layer.form == "inverted" | layer.form != "inverted"
          average-for-max-pooling | layer.pooling == "max" | layer.pooling != "max"
          gradient-not-averaged | self.derivative(y, t) / len(x) | self.derivative(y, t)
          squared-loss-gradient-doubled | ((y - t) ** 2).sum() / 2, lambda y, t: y - t | ((y - t) ** 2).sum() / 2, lambda y, t: 2 * (y - t)
          sigmoid-derivative-missing | lambda x, y, l: y * (1 - y) | lambda x, y, l: 1
          leaky-relu-gradient | lambda x, y, l: x > 0) | lambda x, y, l: np.where(x > 0, 1, 0.01))
          weight-decay-doubled | gradient + step.weight_decay * | gradient + 2 * step.weight_decay *
          batchnorm-gradients-swapped | {"gamma": gamma, "beta": beta} | {"gamma": beta, "beta": gamma}
          batchnorm-statistics-constant | dx = d - (beta / count)[:, None] - self.xn * (gamma / count)[:, None] | dx = d.copy()
          dropout-not-in-backward | return dout * self.factor | return dout
          kernel-gradient-flipped | .reshape(w.shape), "b" | .reshape(w.shape)[:, :, ::-1, ::-1].copy(), "b"
          kernel-bias-gradient-zero | .reshape(w.shape), "b": d.sum(axis=0) | .reshape(w.shape), "b": 0 * d.sum(axis=0)
          learning-rate | rate = self.network.learning_rate(self.taken) | rate = 2 * self.network.learning_rate(self.taken)
          adam-beta2 | "adam": adam | "adam": lambda w, g, memory, lr, t, settings: adam(w, g, memory, lr, t, {**settings, "beta2": 0.99})
          adam-epsilon | step * m / (np.sqrt(v) + settings["epsilon"]) | step * m / (np.sqrt(v) + 10 * settings["epsilon"])
          adam-bias-correction-missing | lr * np.sqrt(1 - settings["beta2"] ** t) / (1 - settings["beta1"] ** t) | lr
          rmsprop-decay | memory["h"], settings["decay"] | memory["h"], 0.95
          batchnorm-momentum | keep = self.layer.momentum | keep = 0.99
          batchnorm-running-mean-never-updated | (("runningMean", mean), ("runningVar", variance)) | (("runningVar", variance),)
          """)
  void isToldAsInJava(String id, String right, String wrong) throws IOException {
    assumeTrue(Python.with("numpy").isPresent(), "skipped: no Python here has numpy");
    Fault fault = Faults.find(id);
    NetworkSpec network =
        BaseNetwork.all().stream()
            .map(BaseNetwork::network)
            .filter(fault::fits)
            .findFirst()
            .orElseThrow();
    FirstDivergence inJava =
        first(network, new FaultyProvider(new ScratchProvider(), fault, fault.ordinary()));
    FirstDivergence inPython;
    try (ProgramProvider provider = withMistake(right, wrong)) {
      inPython = first(network, provider);
    }
    assertThat(inPython.step()).isEqualTo(inJava.step());
    assertThat(inPython.phase()).isEqualTo(inJava.phase());
    assertThat(inPython.layer()).isEqualTo(inJava.layer());
    assertThat(inPython.tensor()).isEqualTo(inJava.tensor());
    assertThat(withoutRest(inPython)).isEqualTo(withoutRest(inJava));
  }

  /** What an explanation leaves unexplained is rounding, which no two programs share. */
  private static String withoutRest(FirstDivergence divergence) {
    return String.valueOf(divergence.diagnosis()).replaceAll("\\(with that, .*", "");
  }

  private ProgramProvider withMistake(String right, String wrong) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(Python.class.getResourceAsStream("numpy_side.py"))) {
      String source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(source).contains(right);
      Path program = Files.writeString(temp.resolve("numpy_side.py"), source.replace(right, wrong));
      return new ProgramProvider(
          List.of(Python.with("numpy").orElseThrow(), program.toString()),
          Python.environment(),
          ProgramProvider.Settings.standard());
    }
  }

  private FirstDivergence first(NetworkSpec network, ModelProvider candidate) {
    ModelProvider reference = new ScratchProvider();
    TrainingSpec training =
        new TrainingSpec(BATCH, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(STEPS));
    return Objects.requireNonNull(
        new Lockstep(
                network,
                new TrainingPlan(network, training, digits.train(), SEED),
                digits.train(),
                digits.test(),
                LockstepOptions.DEFAULT,
                LockstepListener.NONE)
            .run(new Lockstep.Sides(reference, candidate, new RoundedUp(reference)))
            .firstDivergence());
  }
}
