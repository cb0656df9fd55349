package dev.lockstep.experiments.faults.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.bridge.program.NetworkText;
import dev.lockstep.bridge.program.ProgramProvider;
import dev.lockstep.bridge.program.Python;
import dev.lockstep.bridge.trace.RecordedNetwork;
import dev.lockstep.core.compare.Audit;
import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.rounding.RoundedUp;
import dev.lockstep.core.storage.NpzFile;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.experiments.faults.seeded.Faults;
import dev.lockstep.experiments.faults.seeded.FaultyProvider;
import dev.lockstep.scratch.ScratchProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A mistake is told alike whether it is made in Java or in a program in Python, and whether that
 * program is asked or has recorded its run.
 */
class PythonFaultsTest {

  private static final int STEPS = 3;
  private static final int SAMPLES = 60;
  private static final int BATCH = 20;
  private static final int SEED = 1;
  private static final TrainingSpec TRAINING =
      new TrainingSpec(BATCH, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(STEPS));

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
  void isToldAsInJava(String id, String right, String wrong)
      throws IOException, InterruptedException {
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
    assertSame(inPython, inJava);
    FirstDivergence recorded = audited(network);
    if (inJava.tensor().equals(ExpectedTensor.PREDICTION.path())) {
      assertThat(recorded).as("a recorded run predicts nothing").isNull();
    } else {
      assertSame(Objects.requireNonNull(recorded), inJava);
    }
  }

  private static void assertSame(FirstDivergence found, FirstDivergence inJava) {
    assertThat(found.step()).isEqualTo(inJava.step());
    assertThat(found.phase()).isEqualTo(inJava.phase());
    assertThat(found.layer()).isEqualTo(inJava.layer());
    assertThat(found.tensor()).isEqualTo(inJava.tensor());
    assertThat(withoutRest(found)).isEqualTo(withoutRest(inJava));
  }

  /** Trains by itself, in the order of the plan, and records what it does. */
  private static final String BY_ITSELF =
      """
      import numpy as np
      import lockstep
      import numpy_side

      given = np.load("given.npz")
      network = lockstep.Network(open("network.json").read(), open("shapes.json").read())
      side = numpy_side.NumPySide(network)
      side.restore({path: given["state/" + path] for path in network.state}, 0)

      class Show:
          watches = True

          def __call__(self, phase, path, value):
              if phase != "update":
                  rec(phase, path, value)

      with lockstep.record("run.npz") as rec:
          rec.state(side.state())
          for step in range(1, 1 + int(given["steps"])):
              start = f"mask/{step}/"
              masks = {name[len(start):]: given[name] for name in given if name.startswith(start)}
              x, t = given[f"x/{step}"], given[f"t/{step}"]
              rec.step(x, t, masks)
              side.step(x, t, masks, Show())
              rec.state(side.state())
      """;

  /** Returns what an audit of the recorded run finds, null if it finds nothing. */
  private @Nullable FirstDivergence audited(NetworkSpec network)
      throws IOException, InterruptedException {
    Map<String, Tensor> given = new LinkedHashMap<>();
    TrainingPlan plan = new TrainingPlan(network, TRAINING, digits.train(), SEED);
    plan.initialState().tensors().forEach((path, tensor) -> given.put("state/" + path, tensor));
    given.put("steps", Tensor.scalar(STEPS));
    for (long step = 1; step <= STEPS; step++) {
      Batch batch = plan.batch(step);
      given.put("x/" + step, batch.inputs());
      given.put("t/" + step, batch.targets());
      for (LayerSpec layer : network.allLayers()) {
        if (layer instanceof LayerSpec.Dropout dropout) {
          Shape shape =
              Objects.requireNonNull(network.outputShapes().get(layer.name())).batchOf(BATCH);
          given.put(
              "mask/%d/%s".formatted(step, layer.name()),
              plan.masks(step).mask(layer.name(), dropout.ratio(), shape));
        }
      }
    }
    NpzFile.write(temp.resolve("given.npz"), given);
    Files.writeString(temp.resolve("network.json"), NetworkText.of(network));
    Files.writeString(temp.resolve("shapes.json"), NetworkText.shapes(network));
    Files.writeString(temp.resolve("by_itself.py"), BY_ITSELF);
    ProcessBuilder builder =
        new ProcessBuilder(Python.with("numpy").orElseThrow(), "by_itself.py")
            .directory(temp.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(Python.environment());
    assertThat(builder.start().waitFor()).isZero();
    ModelProvider reference = new ScratchProvider();
    try (RecordedNetwork run = new RecordedNetwork(temp.resolve("run.npz"), network)) {
      return new Audit(network, LockstepOptions.DEFAULT, LockstepListener.NONE)
          .run(reference, new RoundedUp(reference), run)
          .firstDivergence();
    }
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
    return Objects.requireNonNull(
        new Lockstep(
                network,
                new TrainingPlan(network, TRAINING, digits.train(), SEED),
                digits.train(),
                digits.test(),
                LockstepOptions.DEFAULT,
                LockstepListener.NONE)
            .run(new Lockstep.Sides(reference, candidate, new RoundedUp(reference)))
            .firstDivergence());
  }
}
