package dev.lockstep.bridge.program;

import static dev.lockstep.core.assertion.LockstepAssertions.assertThatModel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.ScratchProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of docs/example, right and with a wrong line. */
class ExamplesTest {

  private static final Path EXAMPLES = Path.of("../docs/example");

  @TempDir Path temp;

  private static NetworkSpec network(double stabilizer) {
    InitialValues initial = new InitialValues.Normal(0.01);
    return new NetworkSpec(
        Shape.of(784),
        List.of(
            new LayerSpec.Affine("affine1", 50, initial),
            new LayerSpec.Activation("sigmoid1", ActivationFunction.SIGMOID),
            new LayerSpec.Affine("affine2", 10, initial)),
        new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, stabilizer),
        0,
        new OptimizerSpec.Sgd(LearningRate.constant(0.1)));
  }

  private static ProgramProvider run(String module, Path program) {
    assumeTrue(Python.with(module).isPresent(), "skipped: no Python here has " + module);
    return new ProgramProvider(
        List.of(Python.with(module).orElseThrow(), program.toString()),
        Python.environment(),
        ProgramProvider.Settings.standard());
  }

  /** Returns a copy of an example in which a text stands in place of another. */
  private Path changed(String example, String right, String wrong) throws IOException {
    String text = Files.readString(EXAMPLES.resolve(example));
    assertThat(text).contains(right);
    return Files.writeString(temp.resolve(example), text.replace(right, wrong));
  }

  private static void agrees(ProgramProvider provider, NetworkSpec network) {
    assertThatModel(provider::create).against(new ScratchProvider()).on(network).steps(20).agrees();
  }

  @Test
  void theNumPyNetworkAgrees() {
    try (ProgramProvider provider = run("numpy", EXAMPLES.resolve("my_net.py"))) {
      agrees(provider, network(1e-7));
      assertThat(provider.name()).isEqualTo("my_net");
    }
  }

  @Test
  void aWrongLineIsFound() throws IOException {
    Path wrong = changed("my_net.py", "z1 * (1 - z1)", "z1 * (1 + z1)");
    try (ProgramProvider provider = run("numpy", wrong)) {
      assertThatThrownBy(() -> agrees(provider, network(1e-7)))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("affine1/out");
    }
  }

  @Test
  void aLineThatThrowsIsTold() throws IOException {
    Path wrong = changed("my_net.py", "z1.T @ da2", "z1 @ da2");
    try (ProgramProvider provider = run("numpy", wrong)) {
      assertThatThrownBy(() -> agrees(provider, network(1e-7)))
          .hasMessageContaining("my_net failed in its step: ValueError")
          .hasMessageContaining("(my_net.py, line ");
    }
  }

  @Test
  void thePyTorchModuleAgrees() {
    try (ProgramProvider provider = run("torch", EXAMPLES.resolve("my_torch_net.py"))) {
      agrees(provider, network(0));
    }
  }

  @Test
  void whatIsNotMappedIsListed() throws IOException {
    Path wrong = changed("my_torch_net.py", "\"fc1.bias\": \"affine1/b\",", "");
    try (ProgramProvider provider = run("torch", wrong)) {
      assertThatThrownBy(() -> provider.create(network(0)))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("free in the module: fc1.bias")
          .hasMessageContaining("free in the network: affine1/b");
    }
  }

  @Test
  void nothingIsTransposedSilently() throws IOException {
    Path wrong = changed("my_torch_net.py", "affine1/W transposed", "affine1/W");
    try (ProgramProvider provider = run("torch", wrong)) {
      assertThatThrownBy(() -> agrees(provider, network(0)))
          .hasMessageContaining("affine1/W: expected shape (784, 50), found (50, 784)");
    }
  }
}
