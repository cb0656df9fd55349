package dev.lockstep.bridge.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.bridge.program.Python;
import dev.lockstep.core.InputException;
import dev.lockstep.core.compare.Audit;
import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.RoundedToFloat;
import dev.lockstep.core.rounding.RoundedUp;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.ScratchProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs in Python record their own runs: what they write, and that it changes nothing. */
class RecorderTest {

  private static final int KILLED = 128 + 9;

  /** PyTorch divides the running variance by n − 1, the book by n. */
  private static final Selection WITHOUT_RUNNING_VARIANCE =
      new Selection(null, Pattern.compile("runningVar"), Set.of(Phase.values()));

  @TempDir Path temp;

  private static final NetworkSpec NETWORK =
      new NetworkSpec(
          Shape.of(6),
          List.of(
              new LayerSpec.Affine("affine1", 8, new InitialValues.He()),
              new LayerSpec.BatchNormalization("batchNorm1", 0.9, 1e-5, false),
              new LayerSpec.Activation("relu1", ActivationFunction.RELU),
              new LayerSpec.Dropout("dropout1", 0.5, true),
              new LayerSpec.Affine("affine2", 3, new InitialValues.He())),
          new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 0),
          0.01,
          new OptimizerSpec.Momentum(LearningRate.constant(0.1), 0.9));

  /** Weight decay is of the weights alone, as in the book. */
  private static final String TORCH =
      """
      import sys
      import torch
      from torch import nn
      from torch.nn import functional
      import lockstep

      names_by_default = {
          "0.weight": "affine1/W transposed", "0.bias": "affine1/b", "0": "affine1/out",
          "1.weight": "batchNorm1/gamma", "1.bias": "batchNorm1/beta", "1": "batchNorm1/out",
          "1.running_mean": "batchNorm1/runningMean", "1.running_var": "batchNorm1/runningVar",
          "2": "relu1/out", "3": "dropout1/out",
          "4.weight": "affine2/W transposed", "4.bias": "affine2/b", "4": "affine2/out",
      }

      def train(path, every=1, kind=torch.float64):
          torch.manual_seed(3)
          net = nn.Sequential(
              nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3)).to(kind)
          weights = [net[0].weight, net[4].weight]
          others = [net[0].bias, net[1].weight, net[1].bias, net[4].bias]
          optimizer = torch.optim.SGD(
              [{"params": weights, "weight_decay": 0.01}, {"params": others}], lr=0.1, momentum=0.9)
          with lockstep.record(path, every) as rec:
              rec.watch(net, optimizer, names_by_default)
              for step in range(6):
                  x = torch.randn(12, 6, dtype=kind)
                  t = functional.one_hot(torch.randint(0, 3, (12,)), 3).to(kind)
                  rec.step(x, t)
                  optimizer.zero_grad()
                  output = net(x)
                  loss = functional.cross_entropy(output, t)
                  rec("forward", "loss/out", output.softmax(1))
                  rec("loss", "loss/value", loss)
                  loss.backward()
                  optimizer.step()
          optimizer.step()  # is the optimizer's own again
          return [value.numpy().tobytes() for value in net.state_dict().values()]

      """;

  private Path run(String module, String program, int status)
      throws IOException, InterruptedException {
    return run(module, temp, program, status);
  }

  private static Path run(String module, Path directory, String program, int status)
      throws IOException, InterruptedException {
    assumeTrue(Python.with(module).isPresent(), "skipped: no Python here has " + module);
    Files.writeString(directory.resolve("net.py"), program);
    ProcessBuilder builder =
        new ProcessBuilder(Python.with(module).orElseThrow(), "net.py")
            .directory(directory.toFile())
            .redirectErrorStream(true);
    builder.environment().putAll(Python.environment());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(status);
    return directory.resolve("run.npz");
  }

  private static Outcome audit(Path file, NetworkSpec network, Selection selection) {
    try (RecordedNetwork run = new RecordedNetwork(file, network)) {
      boolean inFloat = run.manifest().inFloat();
      LockstepOptions options =
          new LockstepOptions(new Cadence(1), selection, false, false, null, inFloat);
      ModelProvider reference = new ScratchProvider();
      return new Audit(network, options, LockstepListener.NONE)
          .run(reference, inFloat ? new RoundedToFloat(reference) : new RoundedUp(reference), run);
    }
  }

  /** One process writes all of them: PyTorch is slow to start. */
  private static Path watched(Path directory, String name) throws Exception {
    if (!Files.exists(directory.resolve("double.npz"))) {
      run(
          "torch",
          directory,
          TORCH
              + """
              plain = train(None)
              assert train("double.npz") == plain, "recording changes the run"
              assert train("sparse.npz", every=2) == plain, "recording changes the run"
              assert train("float.npz", kind=torch.float32) == train(None, kind=torch.float32)
              assert train(None, kind=torch.float32) != plain
              del names_by_default["0.bias"]
              try:
                  train("none.npz")
              except ValueError as e:
                  assert "free in the module: 0.bias" in str(e), e
              else:
                  raise SystemExit("expected an error")
              """,
          0);
    }
    return directory.resolve(name + ".npz");
  }

  @TempDir static Path shared;

  @ParameterizedTest
  @ValueSource(strings = {"double", "float"})
  void aWatchedModuleIsRecordedWholeWithItsOwnMasks(String precision) throws Exception {
    Outcome outcome = audit(watched(shared, precision), NETWORK, WITHOUT_RUNNING_VARIANCE);
    assertThat(outcome.verdict()).as("%s", outcome.failure()).isEqualTo(Verdict.AGREE);
    assertThat(outcome.coverage().steps()).isEqualTo(6);
  }

  @Test
  void anotherVarianceIsFoundInARecordedRun() throws Exception {
    Outcome outcome = audit(watched(shared, "double"), NETWORK, Selection.ALL);
    assertThat(Objects.requireNonNull(outcome.firstDivergence()).tensor())
        .isEqualTo("batchNorm1/runningVar");
  }

  @Test
  void stepsAreRecordedAtTheCadenceAskedForWithTheLinesThatRecordThem() throws Exception {
    Path file = watched(shared, "sparse");
    Outcome outcome = audit(file, NETWORK, WITHOUT_RUNNING_VARIANCE);
    assertThat(outcome.verdict()).isEqualTo(Verdict.AGREE);
    assertThat(outcome.coverage().steps()).isEqualTo(3);
    try (RecordedNetwork run = new RecordedNetwork(file, NETWORK)) {
      assertThat(run.next()).isNotNull();
      assertThat(run.recordedAt(new TensorKey(Phase.FORWARD, "affine1/out"))).contains("0: Linear");
      assertThat(run.recordedAt(new TensorKey(Phase.LOSS, "loss/value")))
          .hasValueSatisfying(where -> assertThat(where).matches("net\\.py:\\d+"));
      assertThat(run.manifest().texts())
          .containsEntry("every", "2")
          .containsKeys("python", "modules.torch", "threads.torch", "precision");
    }
  }

  private static final NetworkSpec SMALL =
      new NetworkSpec(
          Shape.of(2),
          List.of(new LayerSpec.Affine("affine1", 2, new InitialValues.He())),
          new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0),
          0,
          new OptimizerSpec.Sgd(LearningRate.constant(0.1)));

  private static final String SMALL_RUN =
      """
      import os, signal
      import numpy as np
      import lockstep

      random = np.random.default_rng(1)
      p = {"affine1/W": random.random((2, 2)), "affine1/b": np.zeros(2)}
      with lockstep.record("run.npz") as rec:
          rec.state(p)
          for step in range(1, 7):
              x, t = random.random((3, 2)), random.random((3, 2))
              rec.step(x, t)
              y = x @ p["affine1/W"] + p["affine1/b"]
              rec("forward", "affine1/out", y)
              rec("forward", "loss/out", y)
              rec("loss", "loss/value", 0.5 * np.sum((y - t) ** 2) / len(x))
              KILL
              dy = (y - t) / len(x)
              rec("backward", "affine1/out", dy)
              for path, gradient in {"affine1/W": x.T @ dy, "affine1/b": dy.sum(axis=0)}.items():
                  rec("backward", path, gradient)
                  p[path] -= 0.1 * gradient
              rec.state(p)
      """;

  @Test
  void aKilledRunIsReadToItsLastCompleteStep() throws Exception {
    Path file =
        run(
            "numpy",
            SMALL_RUN.replace("KILL", "step == 5 and os.kill(os.getpid(), signal.SIGKILL)"),
            KILLED);
    Outcome outcome = audit(file, SMALL, Selection.ALL);
    assertThat(outcome.verdict()).isEqualTo(Verdict.AGREE);
    assertThat(outcome.coverage().steps()).isEqualTo(4);
  }

  @Test
  void everyBeginningOfARecordingIsReadOrRefusedInWords() throws Exception {
    Path file = run("numpy", SMALL_RUN.replace("KILL", ""), 0);
    byte[] whole = Files.readAllBytes(file);
    long most = 0;
    for (int length = 0; length < whole.length; length += 211) {
      Files.write(file, Arrays.copyOf(whole, length));
      long steps = 0;
      try (RecordedNetwork run = new RecordedNetwork(file, SMALL)) {
        while (run.next() != null) {
          steps++;
        }
      } catch (InputException e) {
        assertThat(steps).isZero();
        assertThat(e).hasMessageContaining("run.npz");
      }
      assertThat(steps).isGreaterThanOrEqualTo(most);
      most = steps;
    }
    assertThat(most).isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rec.state(p)\n    rec.state(p)\n| expected one rec.state after each step",
        "rec.step(x, x)| expected rec.state(...) before the first rec.step",
        "rec.state(p)\n    rec.step(x, x)\n    rec.step(x, x)| expected the state after step 1",
        "rec.state(p)\n    rec.step(x, x)\n    rec('sideways', 'a/out', x)| its phase is none of"
      })
  void aRecorderThatIsUsedWronglySaysSo(String use) throws Exception {
    int bar = use.indexOf('|');
    run(
        "numpy",
        """
        import numpy as np
        import lockstep
        x, p = np.zeros((1, 2)), {"affine1/W": np.zeros((2, 2))}
        try:
            with lockstep.record("run.npz") as rec:
                %s
        except ValueError as e:
            assert "%s" in str(e), e
        else:
            raise SystemExit(1)
        """
            .formatted(
                use.substring(0, bar).strip().replace("\n", "\n    "),
                use.substring(bar + 1).strip()),
        0);
  }
}
