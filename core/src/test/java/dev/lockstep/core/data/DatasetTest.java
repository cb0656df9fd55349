package dev.lockstep.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.tensor.Shape;
import org.junit.jupiter.api.Test;

class DatasetTest {

  private static Split split(int... labels) {
    byte[] bytes = new byte[labels.length];
    for (int i = 0; i < labels.length; i++) {
      bytes[i] = (byte) labels[i];
    }
    return new Split(Shape.of(1, 1, 1), 4, new byte[labels.length], bytes);
  }

  @Test
  void classesOfTestSamplesAloneAreTold() {
    Dataset dataset = Dataset.of("mine", split(0, 1, 0), split(0, 2, 3, 2), "");
    assertThat(dataset.withUnseenClassesTold().reading())
        .singleElement()
        .asString()
        .contains("of the class 2, 3", "3 of the test samples");
  }

  /** A class that nobody has, such as the digit 7 among letters, is no matter. */
  @Test
  void nothingIsToldWhereEveryTestedClassIsTrained() {
    Dataset dataset = Dataset.of("mine", split(0, 1, 2), split(2, 1), "");
    assertThat(dataset.withUnseenClassesTold().reading()).isEmpty();
  }
}
