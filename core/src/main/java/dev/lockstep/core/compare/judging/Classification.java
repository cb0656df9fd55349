package dev.lockstep.core.compare.judging;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a model puts out for every sample of a split, and so the class that it names, or whether it
 * says yes.
 */
public final class Classification {

  /** Samples predicted at once: bounds memory, and is past what makes a product faster. */
  private static final int CHUNK = 500;

  private final Split split;
  private final Tensor outputs;

  /** A row for every answer. */
  private final Tensor rows;

  private @Nullable Tensor asked;

  /**
   * @param outputs samples × outputs, of sequences × steps
   */
  private Classification(Split split, Tensor outputs) {
    this.split = split;
    this.outputs = outputs;
    this.rows = split.rows(outputs);
  }

  /**
   * @param outputs of all samples, samples × outputs
   */
  public static Classification of(Split split, Tensor outputs) {
    return new Classification(split, outputs);
  }

  /**
   * @param input the shape of one sample
   */
  public static Classification of(Model model, Split split, Shape input) {
    return of(model::predict, split, input);
  }

  /**
   * @param predict samples × input to samples × outputs
   * @param input the shape of one sample
   */
  public static Classification of(UnaryOperator<Tensor> predict, Split split, Shape input) {
    int width = split.answer().size();
    Tensor outputs = Tensor.zeros(Shape.of(split.size(), width));
    for (int from = 0; from < split.size(); from += CHUNK) {
      int to = Math.min(from + CHUNK, split.size());
      Tensor part = predict.apply(split.inputs(Split.range(from, to), input));
      System.arraycopy(part.data(), 0, outputs.data(), from * width, part.size());
    }
    return new Classification(split, outputs);
  }

  /**
   * Returns what several models say together: the mean of their outputs (section 8.1.2).
   *
   * @param members of one split, at least one
   */
  public static Classification average(List<Classification> members) {
    Classification first = members.get(0);
    Tensor mean = Tensor.zeros(first.outputs.shape());
    for (Classification member : members) {
      for (int i = 0; i < mean.size(); i++) {
        mean.data()[i] += member.outputs.data()[i] / members.size();
      }
    }
    return new Classification(first.split, mean);
  }

  /** Returns the first class of the largest output; outputs that are all NaN name class 0. */
  public int classOf(int sample) {
    int best = 0;
    for (int i = 1; i < split.classes(); i++) {
      if (output(sample, i) > output(sample, best)) {
        best = i;
      }
    }
    return best;
  }

  /** Returns the output for the class that is named: its probability where outputs are that. */
  public double outputOf(int sample) {
    return output(sample, classOf(sample));
  }

  private double output(int sample, int category) {
    return rows.data()[sample * split.classes() + category];
  }

  private int answers() {
    return rows.shape().length(0);
  }

  private int label(int answer) {
    if (split.answer().rank() == 1) {
      return split.label(answer);
    }
    if (asked == null) {
      asked = split.rows(split.targets(Split.range(0, split.size())));
    }
    int label = 0;
    while (asked.data()[answer * split.classes() + label] != 1) {
      label++;
    }
    return label;
  }

  /** Returns whether the class that is named is the label. */
  public boolean right(int sample) {
    return classOf(sample) == label(sample);
  }

  /**
   * Returns how good the outputs are, at most 1: the share of samples whose class is their label;
   * of yes and no, the share of right answers; of numbers, R², the share of the targets' variance
   * that the outputs explain (all outputs together, each around its own mean).
   */
  public double accuracy() {
    Task.Kind kind = split.task().kind();
    if (kind != Task.Kind.CLASS) {
      Metrics metrics = metrics();
      return kind == Task.Kind.BINARY ? metrics.rightAnswers() : metrics.explainedVariance();
    }
    int right = 0;
    for (int i = 0; i < answers(); i++) {
      if (right(i)) {
        right++;
      }
    }
    return (double) right / answers();
  }

  /** Returns what these outputs are worth, by hand. */
  public Metrics metrics() {
    return new Metrics(split, outputs);
  }

  /** Returns the outputs, samples × outputs. */
  public Tensor outputs() {
    return outputs;
  }

  /**
   * Returns for how many samples of the same split another model names another class, or answers
   * otherwise; 0 where the outputs are numbers.
   */
  public int differentFrom(Classification other) {
    int different = 0;
    for (int i = 0; i < answers(); i++) {
      if (answersOtherwise(other, i)) {
        different++;
      }
    }
    return different;
  }

  private boolean answersOtherwise(Classification other, int sample) {
    return switch (split.task().kind()) {
      case CLASS -> classOf(sample) != other.classOf(sample);
      case REGRESSION -> false;
      case BINARY -> {
        boolean otherwise = false;
        for (int i = 0; i < split.classes(); i++) {
          otherwise |= Metrics.isYes(output(sample, i)) != Metrics.isYes(other.output(sample, i));
        }
        yield otherwise;
      }
    };
  }
}
