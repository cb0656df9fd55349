package dev.lockstep.dl4j.datavec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.tensor.Shape;
import java.util.List;
import java.util.NoSuchElementException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class PlanDataSetIteratorTest {

  private static final Split DIGITS = TestData.digits(25, 40);

  /** Two epochs of 10, 10 and 5 samples. */
  private static TrainingPlan plan(Shape input) {
    NetworkSpec network =
        new NetworkSpec(
            input,
            List.of(new LayerSpec.Affine("affine1", 10, new InitialValues.Normal(0.01))),
            new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER),
            0,
            new OptimizerSpec.Sgd(LearningRate.constant(0.1)));
    TrainingSpec training =
        new TrainingSpec(10, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Epochs(2));
    return new TrainingPlan(network, training, DIGITS, 41);
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void everyBatchIsTheOneOfItsStep(DataType type) {
    TrainingPlan plan = plan(Shape.of(784));
    PlanDataSetIterator iterator = new PlanDataSetIterator(plan, type);

    for (int pass = 0; pass < 2; pass++) {
      for (long step = 1; step <= 6; step++) {
        assertIsBatch(iterator.next(), plan.samples(step), type);
      }
      assertThat(iterator.hasNext()).isFalse();
      assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
      iterator.reset();
    }
  }

  private static void assertIsBatch(DataSet batch, int[] samples, DataType type) {
    assertThat(batch.getFeatures().dataType()).isEqualTo(type);
    assertThat(batch.getLabels().dataType()).isEqualTo(type);
    assertThat(batch.getFeatures().shape()).containsExactly(samples.length, 784);
    assertThat(batch.getLabels().shape()).containsExactly(samples.length, 10);
    for (int row = 0; row < samples.length; row++) {
      for (int i = 0; i < 784; i++) {
        double value = DIGITS.pixel(samples[row], i) / 255.0;
        assertThat(batch.getFeatures().getDouble(row, i))
            .isEqualTo(type == DataType.FLOAT ? (float) value : value);
      }
      for (int i = 0; i < 10; i++) {
        assertThat(batch.getLabels().getDouble(row, i))
            .isEqualTo(DIGITS.label(samples[row]) == i ? 1 : 0);
      }
    }
  }

  @Test
  void imagesKeepTheirShape() {
    PlanDataSetIterator iterator =
        new PlanDataSetIterator(plan(Shape.of(1, 28, 28)), DataType.DOUBLE);

    assertThat(iterator.next().getFeatures().shape()).containsExactly(10, 1, 28, 28);
  }

  @Test
  void itTellsWhatABatchIsMadeOf() {
    PlanDataSetIterator iterator = new PlanDataSetIterator(plan(Shape.of(784)), DataType.DOUBLE);

    assertThat(iterator.batch()).isEqualTo(10);
    assertThat(iterator.inputColumns()).isEqualTo(784);
    assertThat(iterator.totalOutcomes()).isEqualTo(10);
    assertThat(iterator.getLabels()).startsWith("0", "1").hasSize(10);
  }

  /** {@code fit} with the iterator is {@code fit} with the plan's batches, one after another. */
  @Test
  void aUsersNetworkTrainsOnThePlansBatches() {
    TrainingPlan plan = plan(Shape.of(784));
    MultiLayerNetwork byIterator = network();
    MultiLayerNetwork byHand = network();
    assertThat(byIterator.params()).isEqualTo(byHand.params());

    byIterator.fit(new PlanDataSetIterator(plan, DataType.DOUBLE));
    for (long step = 1; step <= 6; step++) {
      int[] samples = plan.samples(step);
      INDArray inputs = Nd4j.zeros(DataType.DOUBLE, samples.length, 784);
      INDArray targets = Nd4j.zeros(DataType.DOUBLE, samples.length, 10);
      for (int row = 0; row < samples.length; row++) {
        for (int i = 0; i < 784; i++) {
          inputs.putScalar(row, i, DIGITS.pixel(samples[row], i) / 255.0);
        }
        targets.putScalar(row, DIGITS.label(samples[row]), 1);
      }
      byHand.fit(inputs, targets);
    }

    assertThat(byIterator.getIterationCount()).isEqualTo(6);
    assertThat(byIterator.params().toDoubleVector()).isEqualTo(byHand.params().toDoubleVector());
    assertThat(byIterator.params()).isNotEqualTo(network().params());
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .updater(new Sgd(0.1))
                .list()
                .layer(
                    new DenseLayer.Builder().nIn(784).nOut(12).activation(Activation.RELU).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(12)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    return network;
  }
}
