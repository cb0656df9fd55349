package dev.lockstep.scratch.book.backpropagation;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.book.Require;
import dev.lockstep.scratch.book.learning.NumericalGradient;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds gradients against central differences of the loss, every element of every parameter
 * (section 5.7.3): who wrote a backward pass by hand can ask whether it is right, and where it is
 * most wrong.
 */
public final class GradientCheck {

  /** Right gradients stay well below, in double precision; the smallest usual mistake far above. */
  public static final double TOLERANCE = 1e-6;

  /**
   * Smaller than the book's h: the error of a central difference falls with h², and in double
   * precision rounding, which grows as 1/h, is still far away.
   */
  private static final double H = 1e-5;

  /** How many units in the last place a loss may be off by rounding. */
  private static final double ROUNDINGS = 16;

  private final DoubleSupplier loss;
  private final double resolution;
  private int compared;
  private @Nullable Difference worst;

  private GradientCheck(DoubleSupplier loss) {
    this.loss = loss;
    this.resolution = ROUNDINGS * Math.ulp(loss.getAsDouble()) / (2 * H);
  }

  /**
   * What a check found, at the parameter with the largest relative error.
   *
   * @param compared how many gradients were compared
   * @param path of the parameter
   * @param index of the element along each axis
   * @param gradient the one that was checked
   * @param numerical the central difference
   * @param uncertainty by how much central differences with h and 2h differ; large at a kink of the
   *     loss, such as ReLU has
   * @param relativeError {@code |gradient − numerical|} over the largest gradient of the same
   *     parameter (or what central differences can resolve, if that is more); infinite for NaN
   */
  public record Result(
      int compared,
      String path,
      List<Integer> index,
      double gradient,
      double numerical,
      double uncertainty,
      double relativeError) {

    /** Returns whether the gradients are right, as far as differences can tell. */
    public boolean agrees() {
      return relativeError <= TOLERANCE;
    }

    /** Returns whether the worst difference may be the fault of the central difference itself. */
    public boolean undecided() {
      return !agrees() && Math.abs(gradient - numerical) <= 10 * uncertainty;
    }

    /** Returns what was found in one line. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s: %d gradients compared, worst %s%s: %s against a central difference of %s"
              + " (± %.1e), relative error %.1e",
          agrees() ? "agrees" : undecided() ? "undecided" : "differs",
          compared,
          path,
          index.isEmpty() ? "" : index,
          gradient,
          numerical,
          uncertainty,
          relativeError);
    }
  }

  /**
   * Checks the gradients that a model reports for one batch. Every loss is that of a training step
   * with the same masks, without the constant that stabilizes its logarithm: the backward pass is
   * the derivative of that loss.
   *
   * @param provider builds the model
   * @param start the state in which it is checked
   * @throws IllegalArgumentException if the model reports no gradient for a parameter
   */
  public static Result of(
      ModelProvider provider, NetworkSpec network, ModelState start, Batch batch, Masks masks) {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    for (ParameterSpec parameter : network.parameters()) {
      parameters.put(parameter.path(), start.tensor(parameter.path()).copy());
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>(start.tensors());
    tensors.putAll(parameters);
    ModelState moved = new ModelState(start.step(), tensors);
    try (Model model = provider.create(withoutStabilizer(network))) {
      GradientRecorder gradients = new GradientRecorder();
      model.restore(moved);
      model.step(batch, masks, gradients);
      return of(
          () -> {
            model.restore(moved);
            return model.step(batch, masks, Observer.NONE);
          },
          parameters,
          gradients.recorded);
    }
  }

  private static NetworkSpec withoutStabilizer(NetworkSpec network) {
    return network.withLoss(network.loss().withStabilizer(0));
  }

  private static final class GradientRecorder implements Observer {

    private final Map<String, Tensor> recorded = new LinkedHashMap<>();

    @Override
    public boolean watches() {
      return true;
    }

    @Override
    public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
      if (phase == Phase.BACKWARD) {
        recorded.put(path, tensor.get().copy());
      }
    }
  }

  /**
   * Checks gradients against the loss they belong to.
   *
   * @param loss reads the parameters; with no constant inside its logarithm, or the check cannot be
   *     tight
   * @param parameters by path; moved while the loss is evaluated and put back
   * @param gradients by path, one for every parameter; others are not looked at
   * @throws IllegalArgumentException if there is nothing to compare, a gradient is missing or its
   *     shape is not its parameter's
   */
  public static Result of(
      DoubleSupplier loss, Map<String, Tensor> parameters, Map<String, Tensor> gradients) {
    if (parameters.values().stream().mapToInt(Tensor::size).sum() == 0) {
      throw new IllegalArgumentException("parameters: expected at least one number, found none");
    }
    GradientCheck check = new GradientCheck(loss);
    parameters.forEach(
        (path, parameter) ->
            check.compare(path, parameter, gradientOf(path, parameter, gradients)));
    return check.result();
  }

  private static Tensor gradientOf(String path, Tensor parameter, Map<String, Tensor> gradients) {
    Tensor gradient = gradients.get(path);
    if (gradient == null) {
      throw new IllegalArgumentException(
          path + ": expected a gradient, found only " + gradients.keySet());
    }
    Require.shape("gradient of " + path, gradient, parameter.shape());
    return gradient;
  }

  private void compare(String path, Tensor parameter, Tensor gradient) {
    Tensor numerical = Tensor.zeros(parameter.shape());
    for (int i = 0; i < numerical.size(); i++) {
      numerical.data()[i] = centralDifference(parameter, i, H);
    }
    double scale =
        Math.max(
            resolution / TOLERANCE, Math.max(largestFinite(gradient), largestFinite(numerical)));
    for (int i = 0; i < numerical.size(); i++) {
      double error = Math.abs(gradient.data()[i] - numerical.data()[i]) / scale;
      Difference here =
          new Difference(
              path,
              parameter,
              i,
              gradient.data()[i],
              numerical.data()[i],
              Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
      if (worst == null || here.relativeError() > worst.relativeError()) {
        worst = here;
      }
    }
    compared += numerical.size();
  }

  private double centralDifference(Tensor parameter, int position, double h) {
    return NumericalGradient.partialDerivative(moved -> loss.getAsDouble(), parameter, position, h);
  }

  private static double largestFinite(Tensor tensor) {
    return Arrays.stream(tensor.data()).filter(Double::isFinite).map(Math::abs).max().orElse(0);
  }

  private Result result() {
    Difference found = Objects.requireNonNull(worst);
    double coarser = centralDifference(found.parameter(), found.position(), 2 * H);
    return new Result(
        compared,
        found.path(),
        Arrays.stream(found.parameter().shape().indexOf(found.position())).boxed().toList(),
        found.gradient(),
        found.numerical(),
        Math.abs(coarser - found.numerical()),
        found.relativeError());
  }

  private record Difference(
      String path,
      Tensor parameter,
      int position,
      double gradient,
      double numerical,
      double relativeError) {}
}
