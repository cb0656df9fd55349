package dev.lockstep.experiments.figures;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.result.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What both sides say of the test images. */
final class Answers {

  /** More than anyone looks at; the confusion matrices count them all. */
  private static final int PICTURES = 40;

  private static final int COLUMNS = 8;
  private static final int WHITE = 255;

  private final NetworkSpec network;
  private final Split test;
  private final SideAnswers reference;
  private final SideAnswers candidate;
  private final String whose;

  /**
   * @param whose parameters the sides answer with, one sentence
   */
  Answers(
      NetworkSpec network, Split test, SideAnswers reference, SideAnswers candidate, String whose) {
    this.network = network;
    this.test = test;
    this.reference = reference;
    this.candidate = candidate;
    this.whose = whose;
  }

  Figure confusion() {
    return new Figure.ConfusionMatrices(
        "confusion",
        "Confusion matrix",
        String.format(
            Locale.ROOT,
            "The %,d test images after the last step. What lies off the diagonal is wrong. %s",
            test.size(),
            whose),
        IntStream.range(0, test.classes()).mapToObj(Integer::toString).toList(),
        List.of(matrix(reference), matrix(candidate)));
  }

  private Figure.ConfusionMatrices.Matrix matrix(SideAnswers side) {
    long[][] counts = new long[test.classes()][test.classes()];
    for (int sample = 0; sample < test.size(); sample++) {
      counts[test.label(sample)][side.answers().classOf(sample)]++;
    }
    return new Figure.ConfusionMatrices.Matrix(
        side.name(), Stream.of(counts).map(row -> LongStream.of(row).boxed().toList()).toList());
  }

  /** Returns one figure, none where both sides get everything right. */
  List<Figure> misclassified() {
    int[] wrong =
        IntStream.range(0, test.size())
            .filter(i -> !reference.answers().right(i) || !candidate.answers().right(i))
            .toArray();
    if (wrong.length == 0) {
      return List.of();
    }
    return List.of(
        new Figure.Images(
            "misclassified",
            "Misclassified digits",
            caption(wrong.length),
            test.image().length(2),
            test.image().length(1),
            COLUMNS,
            0,
            WHITE,
            IntStream.of(wrong).limit(PICTURES).mapToObj(this::picture).toList()));
  }

  private String caption(int wrong) {
    return String.format(
        Locale.ROOT,
        "%s %,d of the %,d test images that a side gets wrong, with the label, then the answer%s of %s and %s. %s",
        wrong > PICTURES ? "The first " + PICTURES + " of" : "All",
        wrong,
        test.size(),
        probabilities() ? " and its probability" : "",
        reference.name(),
        candidate.name(),
        whose);
  }

  private boolean probabilities() {
    return network.loss().type().output() == LossSpec.Output.SOFTMAX;
  }

  private Figure.Images.Picture picture(int sample) {
    List<Double> pixels = new ArrayList<>();
    int size = test.image().length(1) * test.image().length(2);
    for (int i = 0; i < size; i++) {
      pixels.add((double) test.pixel(sample, i));
    }
    return new Figure.Images.Picture(
        "%d: %s | %s"
            .formatted(test.label(sample), answer(reference, sample), answer(candidate, sample)),
        pixels);
  }

  private String answer(SideAnswers side, int sample) {
    int digit = side.answers().classOf(sample);
    return probabilities()
        ? String.format(Locale.ROOT, "%d %.0f %%", digit, 100 * side.answers().outputOf(sample))
        : Integer.toString(digit);
  }
}
