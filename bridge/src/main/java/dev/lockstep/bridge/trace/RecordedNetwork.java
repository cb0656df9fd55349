package dev.lockstep.bridge.trace;

import dev.lockstep.core.InputException;
import dev.lockstep.core.compare.Audit;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.observation.Witnessed;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The recorded run of a network: its steps as the comparison wants them, each checked. */
public final class RecordedNetwork implements Audit.RecordedRun, AutoCloseable {

  /** Nobody trains on larger batches; it bounds what one step of a file may make us allocate. */
  private static final int LARGEST_BATCH = 20_000;

  private final Path file;
  private final NetworkSpec network;
  private final TraceReader reader;
  private final Set<TensorKey> wanted;
  private long steps;

  /**
   * @throws InputException if the file is missing or no recorded run
   */
  public RecordedNetwork(Path file, NetworkSpec network) {
    this.file = file;
    this.network = network;
    this.reader = new TraceReader(file, mostNumbers(network));
    this.wanted =
        ExpectedTensor.of(network).stream().map(ExpectedTensor::key).collect(Collectors.toSet());
  }

  private static int mostNumbers(NetworkSpec network) {
    long state = network.state().values().stream().mapToLong(Shape::size).sum();
    long sample =
        network.input().size()
            + 4 * network.outputShapes().values().stream().mapToLong(Shape::size).sum();
    return (int) Math.min(Integer.MAX_VALUE - 8, 4 * state + sample * LARGEST_BATCH);
  }

  @Override
  public String name() {
    return String.valueOf(file.getFileName());
  }

  /** Returns the length of the file in steps as large as the first. */
  @Override
  public long steps() {
    return Math.max(1, steps);
  }

  @Override
  public @Nullable Witnessed next() {
    RecordedStep step = reader.next().orElse(null);
    if (step == null) {
      return null;
    }
    Witnessed witnessed = witnessed(step);
    if (steps == 0) {
      steps = stepsLike(step);
    }
    return witnessed;
  }

  /** Returns whether the recording ends in the middle of a step. */
  public boolean cutOff() {
    return reader.cutOff();
  }

  private long stepsLike(RecordedStep step) {
    long numbers = step.before().values().stream().mapToLong(Tensor::size).sum();
    for (Phase phase : Phase.values()) {
      numbers += step.shown(phase).values().stream().mapToLong(Tensor::size).sum();
    }
    try {
      return Files.size(file) / (Double.BYTES * Math.max(1, numbers)) + 1;
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private Witnessed witnessed(RecordedStep step) {
    Tensor x = step.inputs();
    Tensor t = step.targets();
    if (x == null || t == null || x.shape().rank() == 0) {
      throw wrong(step, "expected the batch as x and t, found not both of them");
    }
    int samples = x.shape().length(0);
    requireShape(step, "x", network.input().batchOf(samples), x);
    requireShape(step, "t", Shape.of(samples, network.classes()), t);
    Recording shown = new Recording(wanted);
    for (Phase phase : Phase.values()) {
      step.shown(phase).forEach((path, tensor) -> shown.observe(phase, path, () -> tensor));
    }
    return new Witnessed(
        state(step, step.number() - 1, step.before(), "before"),
        new Batch(step.number(), x, t),
        masks(step),
        shown,
        state(step, step.number(), step.shown(Phase.UPDATE), "after"));
  }

  private ModelState state(
      RecordedStep step, long taken, Map<String, Tensor> tensors, String when) {
    ModelState state = new ModelState(taken, tensors);
    try {
      state.requireAtLeast(network.state());
    } catch (IllegalArgumentException e) {
      throw wrong(step, "the state %s it: %s".formatted(when, e.getMessage()));
    }
    return state;
  }

  private Masks masks(RecordedStep step) {
    return (layer, ratio, shape) -> {
      Tensor mask = step.masks().get(layer);
      if (mask == null) {
        throw wrong(
            step,
            "expected the mask of %s, found %s: give it to rec.step(x, t, masks)"
                .formatted(layer, step.masks().keySet()));
      }
      requireShape(step, "mask " + layer, shape, mask);
      return mask.copy();
    };
  }

  private void requireShape(RecordedStep step, String name, Shape expected, Tensor found) {
    if (!found.shape().equals(expected)) {
      throw wrong(
          step, "expected %s of shape %s, found %s".formatted(name, expected, found.shape()));
    }
  }

  private InputException wrong(RecordedStep step, String what) {
    return new InputException("%s: step %d: %s".formatted(file, step.number(), what));
  }

  @Override
  public void close() {
    reader.close();
  }
}
