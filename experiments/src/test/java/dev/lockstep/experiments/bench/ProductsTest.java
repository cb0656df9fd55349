package dev.lockstep.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ludovic.netlib.blas.BLAS;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProductsTest {

  /** Every dgemm as rows × columns × inner length, as a row-major reader sees it. */
  private static List<String> multiplied(Subject subject, Task task) {
    List<String> calls = new ArrayList<>();
    BLAS recorder =
        (BLAS)
            Proxy.newProxyInstance(
                BLAS.class.getClassLoader(),
                new Class<?>[] {BLAS.class},
                (proxy, method, arguments) -> {
                  calls.add(arguments[3] + "x" + arguments[2] + "x" + arguments[4]);
                  return null;
                });
    new Products(Product.of(subject.experiment(), task), recorder).multiply();
    return calls;
  }

  @Test
  void anAffineNetworkMultipliesForwardForItsWeightsAndForItsInputs() {
    assertThat(multiplied(Subject.TWO_LAYERS, Task.TRAINING))
        .containsExactly("100x50x784", "784x50x100", "100x10x50", "50x10x100", "100x50x10");
    assertThat(multiplied(Subject.TWO_LAYERS, Task.INFERENCE))
        .containsExactly("100x50x784", "100x10x50");
  }

  /**
   * 30 filters of 5 × 5 on 24 × 24 positions, image by image; the first layer sends nothing back.
   */
  @Test
  void aConvolutionMultipliesImageByImage() {
    List<String> calls = multiplied(Subject.SIMPLE_CONVNET, Task.TRAINING);

    assertThat(calls).filteredOn("30x576x25"::equals).hasSize(100);
    assertThat(calls).filteredOn("30x25x576"::equals).hasSize(100);
    assertThat(new LinkedHashSet<>(calls.subList(200, calls.size())))
        .containsExactly(
            "100x100x4320", "4320x100x100", "100x4320x100", "100x10x100", "100x100x10");
  }

  /** The second convolution sees 16 channels of 28 × 28 through windows of 3 × 3. */
  @Test
  void aLaterConvolutionSendsAGradientBack() {
    List<String> calls = multiplied(Subject.DEEP_CONVNET, Task.TRAINING);

    assertThat(calls).contains("16x784x144", "16x144x784", "144x784x16");
  }
}
