package dev.lockstep.bridge.program;

import dev.lockstep.bridge.frame.FrameException;
import dev.lockstep.bridge.frame.FrameReader;
import dev.lockstep.bridge.frame.Header;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** A model that a program holds. */
final class ProgramModel implements Model {

  /** What an answer may hold beside a network's own tensors, and beyond their number. */
  private static final long SPARE_NUMBERS = 1 << 20;

  private static final int SPARE_TIMES = 4;

  private final Program program;
  private final String id;
  private final NetworkSpec network;
  private final long numbersOfState;
  private final long numbersPerSample;
  private boolean closed;

  ProgramModel(Program program, String id, NetworkSpec network) {
    this.program = program;
    this.id = id;
    this.network = network;
    this.numbersOfState = network.state().values().stream().mapToLong(Shape::size).sum();
    this.numbersPerSample =
        2 * network.outputShapes().values().stream().mapToLong(Shape::size).sum()
            + network.classes();
  }

  private Question question(String doing, String message) {
    return Question.of(doing, message).with("model", id);
  }

  /** A candidate's tensors may have wrong shapes; four times too many is no shape of anything. */
  private long limit(long expected) {
    return SPARE_TIMES * expected + SPARE_NUMBERS;
  }

  @Override
  public double step(Batch batch, Masks masks, Observer observer) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("x", batch.inputs());
    tensors.put("t", batch.targets());
    Map<String, Shape> outputs = network.outputShapes();
    for (LayerSpec layer : network.allLayers()) {
      if (layer instanceof LayerSpec.Dropout dropout) {
        Shape shape = Objects.requireNonNull(outputs.get(layer.name())).batchOf(batch.size());
        tensors.put("mask " + layer.name(), masks.mask(layer.name(), dropout.ratio(), shape));
      }
    }
    return program.ask(
        question("its step", "step")
            .with("step", batch.step())
            .with("observe", observer.watches())
            .with(tensors)
            .answeredBy(limit(2 * numbersOfState + numbersPerSample * batch.size())),
        (answer, in) -> readStep(answer, in, observer));
  }

  private static double readStep(Header answer, FrameReader in, Observer observer)
      throws IOException {
    double loss = Double.NaN;
    boolean told = false;
    for (Header.Entry entry : answer.entries()) {
      if (entry.name().equals("loss")) {
        requireShape(entry, Shape.of());
        loss = in.read(entry).data()[0];
        told = true;
      } else {
        show(entry, in, observer);
      }
    }
    if (!told) {
      throw new FrameException("expected a tensor 'loss', found none");
    }
    return loss;
  }

  private static void show(Header.Entry entry, FrameReader in, Observer observer)
      throws IOException {
    int space = entry.name().indexOf(' ');
    Phase phase = phase(entry.name().substring(0, Math.max(0, space)));
    Tensor[] read = {null};
    IOException[] failed = {null};
    observer.observe(
        phase,
        entry.name().substring(space + 1),
        () -> {
          try {
            read[0] = in.read(entry);
          } catch (IOException e) {
            failed[0] = e;
            read[0] = Tensor.zeros(entry.shape());
          }
          return read[0];
        });
    if (failed[0] != null) {
      throw failed[0];
    }
    if (read[0] == null) {
      in.skip(entry);
    }
  }

  private static Phase phase(String id) throws FrameException {
    for (Phase phase : Phase.values()) {
      if (phase.id().equals(id)) {
        return phase;
      }
    }
    throw new FrameException(
        "expected 'loss', or a phase and a path such as 'forward affine1/out' as a tensor's name");
  }

  @Override
  public Tensor predict(Tensor inputs) {
    long numbers = (long) inputs.shape().length(0) * network.classes();
    return program.ask(
        question("its prediction", "predict").with(Map.of("x", inputs)).answeredBy(limit(numbers)),
        (answer, in) -> {
          if (answer.entries().size() != 1 || !answer.entries().get(0).name().equals("y")) {
            throw new FrameException("expected one tensor 'y'");
          }
          return in.read(answer.entries().get(0));
        });
  }

  @Override
  public ModelState state() {
    return program.ask(
        question("giving its state", "state").answeredBy(limit(numbersOfState)),
        (answer, in) -> {
          Map<String, Tensor> tensors = new LinkedHashMap<>();
          for (Header.Entry entry : answer.entries()) {
            tensors.put(entry.name(), in.read(entry));
          }
          return new ModelState(answer.number("step"), tensors);
        });
  }

  @Override
  public void restore(ModelState state) {
    tell(
        question("taking over a state", "restore")
            .with("step", state.step())
            .with(state.tensors()));
  }

  @Override
  public void close() {
    if (!closed && !program.hasFailed()) {
      closed = true;
      tell(question("closing", "close"));
    }
  }

  private void tell(Question question) {
    program.ask(
        question,
        (answer, in) -> {
          if (!answer.entries().isEmpty()) {
            throw new FrameException("expected no tensors");
          }
          return answer;
        });
  }

  private static void requireShape(Header.Entry entry, Shape expected) throws FrameException {
    if (!entry.shape().equals(expected)) {
      throw new FrameException(
          "expected '%s' of shape %s, found %s".formatted(entry.name(), expected, entry.shape()));
    }
  }
}
