package dev.lockstep.scratch.book.backpropagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The shopping of chapter 5, with the numbers that it prints. */
class ComputationalGraphTest {

  /** Rounding of a few products of numbers below 1,000. */
  private static final Offset<Double> ROUNDING = within(5e-13);

  private final ComputationalGraph graph = new ComputationalGraph();
  private final ComputationalGraph.Node applePrice = graph.input("apple price", 100);
  private final ComputationalGraph.Node appleCount = graph.input("apple count", 2);
  private final ComputationalGraph.Node apples = graph.multiply("apples", applePrice, appleCount);

  @Test
  void twoApplesCostTwoHundredAndTwenty() {
    ComputationalGraph.Node tax = graph.input("tax", 1.1);
    ComputationalGraph.Node price = graph.multiply("price", apples, tax);

    assertThat(price.value()).isCloseTo(220, ROUNDING);

    graph.backward(price);
    assertThat(price.gradient()).isOne();
    assertThat(apples.gradient()).isCloseTo(1.1, ROUNDING);
    assertThat(applePrice.gradient()).isCloseTo(2.2, ROUNDING);
    assertThat(appleCount.gradient()).isCloseTo(110, ROUNDING);
    assertThat(tax.gradient()).isCloseTo(200, ROUNDING);
  }

  @Test
  void applesAndOrangesCostSevenHundredAndFifteen() {
    ComputationalGraph.Node orangePrice = graph.input("orange price", 150);
    ComputationalGraph.Node orangeCount = graph.input("orange count", 3);
    ComputationalGraph.Node tax = graph.input("tax", 1.1);
    ComputationalGraph.Node oranges = graph.multiply("oranges", orangePrice, orangeCount);
    ComputationalGraph.Node fruit = graph.add("fruit", apples, oranges);
    ComputationalGraph.Node price = graph.multiply("price", fruit, tax);

    assertThat(price.value()).isCloseTo(715, ROUNDING);

    graph.backward(price);
    assertThat(appleCount.gradient()).isCloseTo(110, ROUNDING);
    assertThat(applePrice.gradient()).isCloseTo(2.2, ROUNDING);
    assertThat(orangePrice.gradient()).isCloseTo(3.3, ROUNDING);
    assertThat(orangeCount.gradient()).isCloseTo(165, ROUNDING);
    assertThat(tax.gradient()).isCloseTo(650, ROUNDING);
  }

  /** d(x²·x)/dx = 3x², and going back twice does not add up. */
  @Test
  void aValueUsedSeveralTimesCollectsWhatComesBack() {
    ComputationalGraph.Node x = graph.input("x", 3);
    ComputationalGraph.Node cube = graph.multiply("cube", graph.multiply("square", x, x), x);

    graph.backward(cube);
    graph.backward(cube);

    assertThat(x.gradient()).isEqualTo(27);
    assertThat(apples.gradient()).isZero();
  }

  @Test
  void isReadNodeByNode() {
    graph.backward(graph.add("sum", apples, applePrice));

    assertThat(graph)
        .hasToString(
            """
            apple price = 100.0, gradient 3.0
            apple count = 2.0, gradient 100.0
            apples = apple price × apple count = 200.0, gradient 1.0
            sum = apples + apple price = 300.0, gradient 1.0
            """);
  }

  @Test
  void refusesWhatDoesNotBelongToIt() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ComputationalGraph().backward(apples))
        .withMessage("apples: expected a node of this graph");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> graph.input("tax", Double.NaN))
        .withMessage("tax: expected a finite number, found NaN");
  }
}
