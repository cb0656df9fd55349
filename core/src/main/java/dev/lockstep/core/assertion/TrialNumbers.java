package dev.lockstep.core.assertion;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Random;

/** The kinds of numbers that something is tried on. */
enum TrialNumbers {
  /** Of either sign, all different. */
  ORDINARY {
    @Override
    double draw(Random random) {
      return random.nextGaussian();
    }
  },
  /** Zeros, and few values that stand side by side again and again: where a maximum has ties. */
  TIES {
    @Override
    double draw(Random random) {
      return random.nextInt(4) - 1.0;
    }
  },
  /** Zeros alone, but for a few. */
  SPARSE {
    @Override
    double draw(Random random) {
      return random.nextInt(8) == 0 ? random.nextGaussian() : 0;
    }
  },
  /** Large and small ones together. */
  FAR_APART {
    @Override
    double draw(Random random) {
      return random.nextGaussian() * Math.pow(10, random.nextInt(4) - 2.0);
    }
  };

  abstract double draw(Random random);

  Tensor tensor(Shape shape, Random random) {
    Tensor tensor = Tensor.zeros(shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.data()[i] = draw(random);
    }
    return tensor;
  }
}
