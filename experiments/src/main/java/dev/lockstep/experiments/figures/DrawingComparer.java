package dev.lockstep.experiments.figures;

import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Difference;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.result.Worst;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.Form;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.experiments.machine.Environment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Computes a figure of the book on both sides and compares its numbers, always in double and by the
 * book's formulas. As everywhere, what rounding may do is measured: the hand-written side computes
 * once more from an input moved by one unit in the last place.
 */
public final class DrawingComparer {

  private final String command;

  /**
   * @param command that the user gave, for the report
   */
  public DrawingComparer(String command) {
    this.command = command;
  }

  /** Returns whether an experiment file describes a figure, not a training. */
  public static boolean isDrawing(ExperimentFile file) {
    return new Fields(file.yaml(), "").has("figure");
  }

  /** Returns everything that may stand in the file of a drawing. */
  public static List<Form> forms() {
    return Drawings.forms();
  }

  /** Returns everything that decides a drawing's numbers, by name. */
  public static Map<String, String> identity(ExperimentFile file) {
    Map<String, String> identity = new LinkedHashMap<>();
    identity.put("experiment", file.id());
    identity.put("definition", file.yaml().flow());
    identity.putAll(Environment.ofNumbers(Blas.chosen().name()));
    return identity;
  }

  /**
   * @throws dev.lockstep.core.UsageException naming file, line and key of what is wrong
   */
  public RunResult run(ExperimentFile file) {
    long start = System.nanoTime();
    Fields fields = new Fields(file.yaml(), "");
    String chapter = fields.text("chapter", "");
    String shows = fields.text("shows", "");
    Drawing drawing = Fields.read(file.yaml(), "", Drawings::read);

    Map<String, Tensor> byHand = drawing.byHand().apply(drawing.input());
    Map<String, Tensor> inDl4j = drawing.inDl4j().apply(drawing.input());
    Map<String, Tensor> perturbed = drawing.byHand().apply(movedUp(drawing.input()));
    List<Compared> compared = new ArrayList<>();
    byHand.forEach(
        (name, numbers) ->
            compared.add(
                Compared.of(name, numbers, required(inDl4j, name), required(perturbed, name))));
    Compared first = compared.stream().filter(Compared::tooFar).findFirst().orElse(null);
    return new RunResult(
        RunResult.SCHEMA_VERSION,
        command,
        first == null ? Verdict.AGREE : Verdict.DIFFER,
        "",
        first == null ? null : first.failure(),
        new RunResult.ExperimentInfo(
            file.id(),
            "",
            chapter,
            shows,
            new Fields(file.yaml(), "").integer("seed", 1),
            1,
            1,
            1,
            "aligned",
            "double",
            List.copyOf(byHand.keySet()),
            Map.of(),
            null,
            null),
        RunResult.DatasetInfo.none(),
        Environment.describe(Blas.chosen().name()),
        List.of(),
        List.of(untrained("scratch", "reference"), untrained("dl4j", "candidate")),
        coverage(compared),
        null,
        first == null ? null : first.divergence(),
        null,
        Map.of(Phase.FORWARD, worst(compared)),
        new Curves(List.of(), List.of()),
        compared.stream().map(Compared::reading).toList(),
        List.of(),
        null,
        List.of(drawing.figure().apply(byHand)),
        new RunResult.Timing((System.nanoTime() - start) / 1e9, Map.of()));
  }

  private static Tensor required(Map<String, Tensor> numbers, String name) {
    Tensor tensor = numbers.get(name);
    if (tensor == null) {
      throw new IllegalStateException("a drawing without " + name + " on one side");
    }
    return tensor;
  }

  /** A 0 stays: next to it a step function is another. */
  private static Tensor movedUp(Tensor input) {
    Tensor moved = input.copy();
    for (int i = 0; i < moved.size(); i++) {
      moved.data()[i] = moved.data()[i] == 0 ? 0 : Math.nextUp(moved.data()[i]);
    }
    return moved;
  }

  private static RunResult.Implementation untrained(String name, String role) {
    return new RunResult.Implementation(name, role, Double.NaN, Double.NaN, Double.NaN);
  }

  private static Coverage coverage(List<Compared> compared) {
    long elements = compared.stream().mapToLong(c -> c.difference().size()).sum();
    int all = compared.size();
    return new Coverage(
        all, all, all, 0, 0, elements, 1, List.of(), Map.of(Phase.FORWARD, (long) all));
  }

  private static Worst worst(List<Compared> compared) {
    Compared worst = compared.get(0);
    double relative = 0;
    for (Compared next : compared) {
      worst = next.error() > worst.error() ? next : worst;
      relative = Math.max(relative, next.difference().maxRel());
    }
    return new Worst(worst.error(), relative, worst.name(), 1);
  }

  /** The numbers of one name, held against each other. */
  private record Compared(
      String name, Tensor reference, Tensor candidate, Difference difference, double floor) {

    static Compared of(String name, Tensor reference, Tensor candidate, Tensor perturbed) {
      Difference difference = Difference.between(reference, candidate);
      double rounding = Difference.between(reference, perturbed).maxAbs();
      return new Compared(
          name,
          reference,
          candidate,
          difference,
          Math.max(Math.ulp(difference.magnitude()), rounding));
    }

    double error() {
      return difference.error();
    }

    boolean tooFar() {
      return !(error() <= Tolerance.MAX_ERROR_OVER_FLOOR * floor);
    }

    TensorReading reading() {
      return new TensorReading(
          1,
          Phase.FORWARD,
          name,
          name,
          Reading.FREE_RUNNING,
          error(),
          difference.maxRel(),
          floor,
          difference.magnitude(),
          !tooFar(),
          "");
    }

    Failure failure() {
      return new Failure(
          difference.finite() ? Failure.Kind.DIFFERENCE : Failure.Kind.NON_FINITE,
          "%s differs by %.3g, %.3g times what rounding explains"
              .formatted(name, error(), error() / floor));
    }

    @Nullable FirstDivergence divergence() {
      int at = difference.finite() ? difference.maxAbsAt() : difference.nonFiniteAt();
      int relativeAt = difference.maxRelAt() < 0 ? at : difference.maxRelAt();
      return new FirstDivergence(
          1,
          Phase.FORWARD,
          name,
          name,
          index(at),
          reference.data()[at],
          candidate.data()[at],
          Math.abs(reference.data()[at] - candidate.data()[at]),
          floor,
          Reading.FREE_RUNNING,
          Difference.mismatched(reference, candidate, Tolerance.MAX_ERROR_OVER_FLOOR * floor),
          reference.size(),
          new FirstDivergence.Element(
              index(relativeAt), reference.data()[relativeAt], candidate.data()[relativeAt]),
          null,
          null);
    }

    private List<Integer> index(int at) {
      return IntStream.of(reference.shape().indexOf(at)).boxed().toList();
    }
  }
}
