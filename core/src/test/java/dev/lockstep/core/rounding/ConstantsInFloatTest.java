package dev.lockstep.core.rounding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.OptimizerSpec;
import java.lang.reflect.RecordComponent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConstantsInFloatTest {

  private static final LearningRate RATE = LearningRate.constant(0.1);

  static OptimizerSpec[] optimizers() {
    return new OptimizerSpec[] {
      new OptimizerSpec.Sgd(RATE),
      new OptimizerSpec.Momentum(RATE, 0.9),
      new OptimizerSpec.Nesterov(RATE, 0.9, true),
      new OptimizerSpec.AdaGrad(RATE, 1e-7),
      new OptimizerSpec.RmsProp(RATE, 0.99, 1e-7),
      new OptimizerSpec.Adam(RATE, 0.9, 0.999, 1e-7),
      new OptimizerSpec.AmsGrad(RATE, 0.9, 0.999, 1e-7),
      new OptimizerSpec.Nadam(RATE, 0.9, 0.999, 1e-7),
      new OptimizerSpec.AdaMax(RATE, 0.9, 0.999),
      new OptimizerSpec.AdaDelta(RATE, 0.95, 1e-6)
    };
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void areTheNearestFloats(OptimizerSpec optimizer) throws ReflectiveOperationException {
    OptimizerSpec inFloat = optimizer.accept(new ConstantsInFloat());
    assertThat(inFloat).hasSameClassAs(optimizer);
    for (RecordComponent component : optimizer.getClass().getRecordComponents()) {
      Object was = component.getAccessor().invoke(optimizer);
      Object is = component.getAccessor().invoke(inFloat);
      assertThat(is)
          .as(component.getName())
          .isEqualTo(was instanceof Double value ? (Object) (double) value.floatValue() : was);
    }
  }

  /** 0.999f is 1.3e-8 above 0.999, and 0.001 is a thousandth of it. */
  @Test
  void whatIsLeftOfOneIsAHundredThousandthLess() {
    OptimizerSpec.Adam adam =
        (OptimizerSpec.Adam)
            new OptimizerSpec.Adam(RATE, 0.9, 0.999, 0).accept(new ConstantsInFloat());
    assertThat((1 - adam.beta2()) / 0.001 - 1).isCloseTo(-1.3e-5, within(1e-6));
  }

  @Test
  void stayBelowOne() {
    OptimizerSpec.Momentum momentum =
        (OptimizerSpec.Momentum)
            new OptimizerSpec.Momentum(RATE, 1 - 1e-9).accept(new ConstantsInFloat());
    assertThat(momentum.momentum()).isEqualTo(1 - 1e-9);
  }
}
