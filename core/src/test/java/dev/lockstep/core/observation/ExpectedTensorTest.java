package dev.lockstep.core.observation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tiny.Fault;
import dev.lockstep.core.tiny.TinyRun;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpectedTensorTest {

  private static NetworkSpec network(LayerSpec... layers) {
    return new NetworkSpec(
        Shape.of(1, 4, 4),
        List.of(layers),
        new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 0),
        0,
        new OptimizerSpec.Adam(LearningRate.constant(0.1), 0.9, 0.999, 1e-7));
  }

  private static List<String> of(NetworkSpec network) {
    return ExpectedTensor.of(network).stream()
        .map(tensor -> tensor.key() + " by " + tensor.layer())
        .toList();
  }

  @Test
  void standInTheOrderInWhichAStepComputesThem() {
    assertThat(
            of(
                network(
                    new LayerSpec.Affine("affine1", 2, new InitialValues.He()),
                    new LayerSpec.BatchNormalization("batchNorm1", 0.9, 1e-6, false))))
        .containsExactly(
            "forward affine1/out by affine1",
            "forward batchNorm1/out by batchNorm1",
            "forward loss/out by loss",
            "forward prediction/out by prediction",
            "loss loss/value by loss",
            "backward batchNorm1/out by loss",
            "backward batchNorm1/gamma by batchNorm1",
            "backward batchNorm1/beta by batchNorm1",
            "backward affine1/out by batchNorm1",
            "backward affine1/W by affine1",
            "backward affine1/b by affine1",
            "update batchNorm1/runningMean by batchNorm1",
            "update batchNorm1/runningVar by batchNorm1",
            "update affine1/W/m by affine1",
            "update affine1/W/v by affine1",
            "update affine1/W by affine1",
            "update affine1/b/m by affine1",
            "update affine1/b/v by affine1",
            "update affine1/b by affine1",
            "update batchNorm1/gamma/m by batchNorm1",
            "update batchNorm1/gamma/v by batchNorm1",
            "update batchNorm1/gamma by batchNorm1",
            "update batchNorm1/beta/m by batchNorm1",
            "update batchNorm1/beta/v by batchNorm1",
            "update batchNorm1/beta by batchNorm1");
  }

  @Test
  void ofBranchesBelongToTheLayersWithin() {
    LayerSpec conv =
        new LayerSpec.Convolution("residual1/conv1", 1, 1, 1, 1, 0, new InitialValues.He());
    LayerSpec relu = new LayerSpec.Activation("relu1", ActivationFunction.RELU);
    LayerSpec residual =
        new LayerSpec.Branches("residual1", LayerSpec.Join.SUM, List.of(List.of(conv), List.of()));
    assertThat(of(network(relu, residual)))
        .containsSubsequence(
            "forward relu1/out by relu1",
            "forward residual1/conv1/out by residual1/conv1",
            "forward residual1/out by residual1",
            "backward residual1/out by loss",
            "backward residual1/conv1/out by residual1",
            "backward residual1/conv1/W by residual1/conv1",
            "backward relu1/out by residual1",
            "update residual1/conv1/W by residual1/conv1")
        .doesNotHaveDuplicates();
  }

  @Test
  void putAFaultThatPredictionSharesDownToTheLayer() {
    Outcome outcome =
        TinyRun.against(Fault.in(Phase.FORWARD, "affine1/out", Fault.Change.times(1.01))).run();
    assertThat(TinyRun.divergence(outcome).tensor()).isEqualTo("affine1/out");
  }

  @Test
  void areTheWholeState() {
    NetworkSpec network =
        network(
            new LayerSpec.Affine("affine1", 2, new InitialValues.He()),
            new LayerSpec.BatchNormalization("batchNorm1", 0.9, 1e-6, false));
    assertThat(ExpectedTensor.of(network))
        .map(ExpectedTensor::key)
        .filteredOn(key -> key.phase() == Phase.UPDATE)
        .map(TensorKey::path)
        .containsExactlyInAnyOrderElementsOf(network.state().keySet());
  }

  /** Whatever takes the square of the number of layers takes minutes here. */
  @Test
  void areFoundInTheDeepestNetworkThatAFileMayDescribe() {
    LayerSpec[] layers = new LayerSpec[10_000];
    for (int i = 0; i < layers.length; i++) {
      layers[i] = new LayerSpec.Affine("affine" + (i + 1), 1, new InitialValues.He());
    }
    assertThat(ExpectedTensor.of(network(layers))).hasSize(10_000 * 10 + 3);
  }
}
