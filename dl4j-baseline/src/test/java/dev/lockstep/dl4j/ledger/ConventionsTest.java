package dev.lockstep.dl4j.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConventionsTest {

  private static NetworkSpec network(LayerSpec... layers) {
    return new NetworkSpec(
        Shape.of(1, 4, 4),
        List.of(layers),
        new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER),
        0,
        new OptimizerSpec.Adam(LearningRate.constant(0.1), 0.9, 0.999, 1e-7));
  }

  private static LayerSpec pool(int window, int stride) {
    return new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.MAX, window, window, stride, 0);
  }

  @Test
  void everyEntryHasAnIdOfItsOwnAndBothFormulas() {
    Set<String> ids = new HashSet<>();
    for (Convention convention : Conventions.all()) {
      assertThat(ids.add(convention.id())).as(convention.id()).isTrue();
      assertThat(convention.id()).matches("[a-z0-9]+(-[a-z0-9]+)*");
      assertThat(convention.topic()).isNotBlank();
      assertThat(convention.book()).isNotBlank().isNotEqualTo(convention.dl4j());
      assertThat(convention.dl4j()).isNotBlank();
    }
  }

  @Test
  void anEntryAppliesWhereItsPartIs() {
    LayerSpec affine = new LayerSpec.Affine("affine1", 3, new InitialValues.Xavier());

    assertThat(Conventions.applicable(network(affine), Conventions.stock()))
        .containsExactlyInAnyOrder(Convention.ADAM_EPSILON, Convention.CROSS_ENTROPY_CLIPPING);
    assertThat(
            Conventions.applicable(
                network(new LayerSpec.BatchNormalization("norm1", 0.9, 1e-6, false), affine),
                Conventions.stock()))
        .contains(Convention.BATCH_NORM_PER_CHANNEL);
    // one per element is one per unit after an affine layer
    assertThat(
            Conventions.applicable(
                network(affine, new LayerSpec.BatchNormalization("norm1", 0.9, 1e-6, false)),
                Conventions.stock()))
        .contains(Convention.BATCH_NORM_EPSILON)
        .doesNotContain(Convention.BATCH_NORM_PER_CHANNEL);
  }

  @Test
  void aDropoutOfNothingHasNoConventions() {
    NetworkSpec nothing = network(new LayerSpec.Dropout("dropout1", 0, false));
    NetworkSpec half = network(new LayerSpec.Dropout("dropout1", 0.5, false));

    assertThat(Convention.DROPOUT_SCALING.appliesTo(nothing)).isFalse();
    assertThat(Convention.DROPOUT_SCALING.appliesTo(half)).isTrue();
  }

  @Test
  void poolingCanDoWithoutSettingsOnlyWhereTheSizeStays() {
    assertThat(Convention.POOLING_DEFAULTS.appliesTo(network(pool(2, 2)))).isTrue();
    assertThat(Convention.POOLING_DEFAULTS.appliesTo(network(pool(2, 1)))).isFalse();
  }
}
