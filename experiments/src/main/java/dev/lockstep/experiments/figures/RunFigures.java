package dev.lockstep.experiments.figures;

import dev.lockstep.core.compare.judging.Classification;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.FigureKind;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The pictures of one run that its experiment asks for. */
public final class RunFigures {

  private static final Set<FigureKind> OF_ANSWERS =
      EnumSet.of(FigureKind.CONFUSION, FigureKind.MISCLASSIFIED, FigureKind.ENSEMBLE);

  /** Axes of an image: channels, height, width. */
  private static final int IMAGE = 3;

  private final NetworkSpec network;
  private final Set<FigureKind> asked;
  private final TrainingPlan plan;
  private final Split test;
  private final Trained reference;
  private final Trained candidate;
  private final boolean alone;
  private final List<SideAnswers> answers;

  /**
   * One side as training left it.
   *
   * @param provider whose name the pictures bear
   */
  public record Trained(ModelProvider provider, ModelState state) {

    Classification answers(NetworkSpec network, Split test) {
      try (Model model = provider.create(network)) {
        model.restore(state);
        return Classification.of(model, test, network.input());
      }
    }
  }

  /**
   * @param asked the pictures to make
   * @param plan that the run followed
   * @param test the images that both sides answer for, if a picture needs it
   * @param alone true if the candidate takes over what the reference trained alone
   */
  public RunFigures(
      Experiment experiment,
      Set<FigureKind> asked,
      TrainingPlan plan,
      Split test,
      Trained reference,
      Trained candidate,
      boolean alone) {
    this.network = experiment.network();
    this.asked = asked;
    this.plan = plan;
    this.test = test;
    this.reference = reference;
    this.candidate = candidate;
    this.alone = alone;
    this.answers =
        asked.stream().noneMatch(OF_ANSWERS::contains)
            ? List.of()
            : List.of(answers(reference), answers(candidate));
  }

  /** How outputs are evaluated: samples × outputs to a number by name. */
  @FunctionalInterface
  public interface Evaluation {
    Map<String, Double> of(Split split, Tensor outputs);
  }

  /**
   * Returns what both sides' outputs for the test samples are worth where accuracy does not say it
   * all: numbers, yes and no, and two classes; empty for more classes.
   *
   * @param ofCandidate how the candidate's outputs are evaluated; the reference's are by hand
   */
  public List<RunResult.Metric> metrics(Evaluation ofCandidate) {
    if (test.task().kind() == Task.Kind.CLASS && test.classes() > 2) {
      return List.of();
    }
    List<SideAnswers> sides =
        answers.isEmpty() ? List.of(answers(reference), answers(candidate)) : answers;
    Map<String, Double> byHand = sides.get(0).answers().metrics().all();
    Map<String, Double> other = ofCandidate.of(test, sides.get(1).answers().outputs());
    return byHand.entrySet().stream()
        .map(
            metric ->
                new RunResult.Metric(
                    metric.getKey(),
                    metric.getValue(),
                    other.getOrDefault(metric.getKey(), Double.NaN)))
        .toList();
  }

  private SideAnswers answers(Trained trained) {
    return new SideAnswers(trained.provider().name(), trained.answers(network, test));
  }

  /** Says whose parameters the sides answer with. */
  private String whose() {
    return alone
        ? "Both sides answer with the parameters that %s trained alone."
            .formatted(reference.provider().name())
        : "Each side answers with the parameters that it trained.";
  }

  /** Returns what both sides say of the test images; empty if no picture needs it. */
  public List<SideAnswers> answers() {
    return answers;
  }

  /** Returns the pictures, those of the reference alone where both sides show the same. */
  public List<Figure> figures() {
    List<Figure> figures = new ArrayList<>();
    if (asked.contains(FigureKind.ACTIVATIONS)) {
      figures.addAll(Activations.of(network, plan, reference.provider()));
    }
    if (asked.contains(FigureKind.FILTERS)) {
      figures.addAll(
          Filters.of(network, reference.provider().name(), plan.initialState(), reference.state()));
    }
    if (!alone) {
      figures.addAll(
          FirstWeights.of(
              network,
              test.image(),
              List.of(reference.provider().name(), candidate.provider().name()),
              List.of(reference.state(), candidate.state())));
    }
    boolean classes = test.task().kind() == Task.Kind.CLASS;
    if (asked.contains(FigureKind.CONFUSION) && classes) {
      figures.add(new Answers(network, test, answers.get(0), answers.get(1), whose()).confusion());
    }
    if (asked.contains(FigureKind.MISCLASSIFIED) && classes && test.image().rank() == IMAGE) {
      figures.addAll(
          new Answers(network, test, answers.get(0), answers.get(1), whose()).misclassified());
    }
    if (asked.contains(FigureKind.HALF)) {
      figures.add(new HalfPrecisionFigure(network, test, whose()).of(reference, candidate));
    }
    return figures;
  }
}
