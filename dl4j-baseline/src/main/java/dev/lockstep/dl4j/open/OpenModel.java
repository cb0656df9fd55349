package dev.lockstep.dl4j.open;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelFailedException;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.dl4j.model.Network;
import dev.lockstep.dl4j.model.StateViews;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network that DL4J alone can build, trained step by step by DL4J's own {@code fit}.
 *
 * <p>Dropout takes its masks from the step, for the input of the layer that has it, under the
 * layer's name. Numbers that are not there are NaN in inputs and targets, and masks in DL4J; what a
 * layer puts out where a sequence is over is shown as 0.
 */
public final class OpenModel implements Model {

  /** Prediction takes rows in portions whose largest layer stays near this many numbers. */
  private static final int PORTION = 1_000_000;

  private final OpenNetwork open;
  private final NetworkSpec spec;
  private final Network network;
  private final StateViews state;
  private final DataType type;

  OpenModel(OpenNetwork open, Network network, DataType type) {
    this.open = open;
    this.spec = open.spec();
    this.network = network;
    this.type = type;
    this.state = new StateViews(spec, network, Set.of());
    network.layers().values().forEach(layer -> layer.allowInputModification(false));
  }

  @Override
  public double step(Batch batch, Masks masks, Observer observer) {
    Sequences sequences = Sequences.of(batch.inputs());
    Network.Sequences inputs = inputs(batch.inputs(), open.inputs(), type, open.wholeNumbers());
    Shape answers = spec.output().batchOf(batch.size());
    Tensor asked = batch.targets().reshape(answers);
    List<INDArray> targets = targets(asked);
    INDArray targetMask = answers.rank() == 3 ? Sequences.mask(Sequences.there(asked), type) : null;
    PlannedDropout.Source source =
        (layer, ratio, input) -> {
          Shape shape = sequences.sample(input.shape()).batchOf(batch.size());
          return sequences.arrayLike(masks.mask(layer, ratio, shape), input);
        };
    return answered(
        "step " + batch.step(),
        () ->
            PlannedDropout.during(
                source, () -> step(inputs, targets, targetMask, sequences, observer)));
  }

  /** Returns what DL4J is to answer: one array, or of several outputs one for each. */
  private List<INDArray> targets(Tensor asked) {
    if (open.answers().isEmpty()) {
      return List.of(Sequences.array(asked, type, lengths(asked.shape())));
    }
    List<INDArray> targets = new ArrayList<>();
    int from = 0;
    for (int width : open.answers()) {
      Tensor own = Columns.take(asked, from, Shape.of(width));
      targets.add(Sequences.array(own, type, lengths(own.shape())));
      from += width;
    }
    return targets;
  }

  /** DL4J says what it cannot do in an exception of any kind. */
  private static <T> T answered(String asked, Supplier<T> answer) {
    try {
      return answer.get();
    } catch (RuntimeException e) {
      throw new ModelFailedException(
          "dl4j failed in %s: %s".formatted(asked, Reasons.firstLine(e)));
    }
  }

  private double step(
      Network.Sequences inputs,
      List<INDArray> targets,
      @Nullable INDArray targetMask,
      Sequences sequences,
      Observer observer) {
    try {
      if (!observer.watches()) {
        network.fit(inputs, targets, targetMask);
        return network.score();
      }
      OpenObservation.during(
          network, open, sequences, observer, () -> network.fit(inputs, targets, targetMask));
      double loss = network.score();
      observer.observe(Phase.LOSS, NetworkSpec.LOSS, () -> Tensor.scalar(loss));
      state.forEach((path, tensor) -> observer.observe(Phase.UPDATE, path, tensor));
      return loss;
    } finally {
      inputs.arrays().forEach(Network::free);
    }
  }

  private static long[] lengths(Shape shape) {
    return Arrays.stream(shape.toArray()).asLongStream().toArray();
  }

  /**
   * Returns what DL4J reads of samples.
   *
   * @param tensor samples × …; of several inputs one after another along the first axis of a sample
   * @param wholeNumbers whether they are whole whatever rounding made of them
   */
  static Network.Sequences inputs(
      Tensor tensor, List<Shape> inputs, DataType type, boolean wholeNumbers) {
    List<INDArray> arrays = new ArrayList<>();
    List<@Nullable INDArray> masks = new ArrayList<>();
    int from = 0;
    for (Shape input : inputs) {
      Tensor own = Columns.take(tensor, from, input);
      for (int i = 0; wholeNumbers && i < own.size(); i++) {
        own.data()[i] = Math.rint(own.data()[i]);
      }
      arrays.add(Sequences.array(own, type, lengths(own.shape())));
      masks.add(input.rank() == 2 ? Sequences.mask(Sequences.there(own), type) : null);
      from += input.size();
    }
    boolean all = masks.stream().allMatch(mask -> mask == null);
    return new Network.Sequences(arrays, all ? List.of() : masks);
  }

  @Override
  public Tensor predict(Tensor inputs) {
    int rows = inputs.shape().length(0);
    int outputs = spec.classes();
    int width = inputs.size() / rows;
    int largest =
        Math.max(
            width, spec.outputShapes().values().stream().mapToInt(Shape::size).max().orElse(1));
    int portion = Math.max(1, PORTION / largest);
    Tensor predicted = Tensor.zeros(Shape.of(rows, outputs));
    for (int from = 0; from < rows; from += portion) {
      int to = Math.min(rows, from + portion);
      Tensor part =
          Tensor.of(
              inputs.shape().sample().batchOf(to - from),
              Arrays.copyOfRange(inputs.data(), from * width, to * width));
      Network.Sequences read = inputs(part, open.inputs(), type, open.wholeNumbers());
      List<INDArray> answers = answered("its prediction", () -> network.outputs(read));
      int column = 0;
      for (INDArray answer : answers) {
        column = Columns.put(Sequences.of(part).tensor(answer), predicted, from, column);
      }
      read.arrays().forEach(Network::free);
      answers.forEach(Network::free);
    }
    return predicted;
  }

  @Override
  public ModelState state() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    state.forEach((path, tensor) -> tensors.put(path, tensor.get()));
    return new ModelState(network.iteration(), tensors);
  }

  @Override
  public void restore(ModelState from) {
    state.assign(from);
    network.setIteration(Math.toIntExact(from.step()));
  }

  @Override
  public void close() {
    network.close();
  }
}
