package dev.lockstep.bridge.trace;

import dev.lockstep.core.InputException;
import dev.lockstep.core.compare.Audit;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.CandidateStep;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.wording.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The recorded run of a network: its steps as the comparison wants them, each checked. */
public final class RecordedNetwork implements Audit.RecordedRun, AutoCloseable {

  /** What one step of a file may hold at most: a gigabyte. */
  private static final int MOST_NUMBERS = 1 << 27;

  /** Nobody trains on larger batches; it bounds what one step of a file may make us allocate. */
  private static final int LARGEST_BATCH = 20_000;

  private final Path file;
  private final NetworkSpec network;
  private final TraceReader reader;
  private final Set<TensorKey> wanted;
  private final Set<String> expected;
  private final Map<String, String> taps = new HashMap<>();
  private long steps;
  private int samples;

  /**
   * @throws InputException if the file is missing or no recorded run
   */
  public RecordedNetwork(Path file, NetworkSpec network) {
    this.file = file;
    this.network = network;
    this.reader = new TraceReader(file, mostNumbers(network));
    this.wanted = ExpectedTensor.keys(network);
    this.expected = wanted.stream().map(RecordedNetwork::tapOf).collect(Collectors.toSet());
  }

  private static String tapOf(TensorKey key) {
    return key.phase().id() + "/" + key.path();
  }

  private static int mostNumbers(NetworkSpec network) {
    long state = network.state().values().stream().mapToLong(Shape::size).sum();
    long sample =
        network.input().size()
            + 4 * network.outputShapes().values().stream().mapToLong(Shape::size).sum();
    return (int) Math.min(MOST_NUMBERS, 4 * state + sample * LARGEST_BATCH);
  }

  /** Returns what recorded it, or the file's name if that is not known. */
  @Override
  public String name() {
    String program = reader.manifest().program();
    return program.isBlank() ? String.valueOf(file.getFileName()) : program;
  }

  /** Returns the length of the file in steps as large as the first. */
  @Override
  public long steps() {
    return Math.max(1, steps);
  }

  @Override
  public @Nullable CandidateStep next() {
    RecordedStep step = reader.next().orElse(null);
    if (step == null) {
      return null;
    }
    CandidateStep candidateStep = candidateStep(step);
    if (steps == 0) {
      steps = stepsLike(step);
      samples = candidateStep.batch().size();
    }
    step.taps()
        .forEach(
            (name, where) -> {
              if (expected.contains(name)) {
                taps.putIfAbsent(name, where);
              }
            });
    return candidateStep;
  }

  /** Returns what the run says of itself. */
  public Manifest manifest() {
    return reader.manifest();
  }

  /** Returns the samples of a batch, 0 before the first step was read. */
  public int batchSize() {
    return samples;
  }

  /** Returns the line of the program that recorded a tensor, if it is known. */
  public Optional<String> recordedAt(TensorKey key) {
    return Optional.ofNullable(taps.get(tapOf(key)));
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
      throw new InputException(file + ": cannot be read: " + Reasons.of(e), e);
    }
  }

  private CandidateStep candidateStep(RecordedStep step) {
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
    return new CandidateStep(
        state(step, step.number() - 1, step.before(), "before"),
        new Batch(step.number(), x, t),
        masks(step, samples),
        shown,
        state(step, step.number(), step.shown(Phase.UPDATE), "after"));
  }

  private ModelState state(
      RecordedStep step, long taken, Map<String, Tensor> tensors, String when) {
    network
        .state()
        .forEach(
            (path, shape) -> {
              Tensor tensor = tensors.get(path);
              if (tensor == null) {
                throw wrong(
                    step,
                    "expected %s in the state %s it, found %s: give all of it to rec.state(...)"
                        .formatted(path, when, tensors.isEmpty() ? "none" : tensors.keySet()));
              }
              requireShape(step, "the state's " + path, shape, tensor);
            });
    return new ModelState(taken, tensors);
  }

  private Masks masks(RecordedStep step, int samples) {
    for (LayerSpec layer : network.allLayers()) {
      if (layer instanceof LayerSpec.Dropout) {
        requireMask(step, layer.name(), network.outputShapes().get(layer.name()), samples);
      }
    }
    return (layer, ratio, shape) ->
        Objects.requireNonNull(step.masks().get(layer), "was looked at above").copy();
  }

  private void requireMask(RecordedStep step, String layer, @Nullable Shape sample, int samples) {
    Tensor mask = step.masks().get(layer);
    if (mask == null || sample == null) {
      throw wrong(
          step,
          "expected the mask of %s, found %s: give it to rec.step(x, t, masks)"
              .formatted(layer, step.masks().isEmpty() ? "none" : step.masks().keySet()));
    }
    requireShape(step, "mask " + layer, sample.batchOf(samples), mask);
    for (double kept : mask.data()) {
      if (kept != 0 && kept != 1) {
        throw wrong(
            step,
            "expected mask %s to hold 1 where an element is kept, else 0, found %s: scaling is no part of it"
                .formatted(layer, kept));
      }
    }
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
