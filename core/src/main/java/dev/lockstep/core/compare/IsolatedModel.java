package dev.lockstep.core.compare;

import dev.lockstep.core.LockstepException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelFailedException;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A model that shares no array with anyone. A candidate may be anybody's: it may overwrite the
 * batch it is given, keep the state it is given or hand out its own live arrays, and must not spoil
 * the other side's numbers, or the state to which a replay returns, by any of it. What it throws is
 * told from what lockstep throws.
 */
final class IsolatedModel extends WrappedModel {

  private final int classes;
  private final Map<String, Shape> state;

  private IsolatedModel(Model model, NetworkSpec network) {
    super(model);
    this.classes = network.classes();
    this.state = network.state();
  }

  /** What a candidate is called that has no name. */
  private static final String UNNAMED = "candidate";

  /** Returns a provider of isolated models. */
  static ModelProvider over(ModelProvider provider) {
    return new ModelProvider() {
      @Override
      public String name() {
        try {
          String name = ask("name", provider::name);
          return name.isBlank() ? UNNAMED : name;
        } catch (CandidateException e) {
          return UNNAMED;
        }
      }

      @Override
      public Model create(NetworkSpec network) {
        return new IsolatedModel(ask("create", () -> provider.create(network)), network);
      }
    };
  }

  @Override
  public double step(Batch batch, Masks masks, Observer observer) {
    Batch copy = new Batch(batch.step(), batch.inputs().copy(), batch.targets().copy());
    return ask("step", () -> super.step(copy, masks, observer));
  }

  @Override
  public Tensor predict(Tensor inputs) {
    Tensor output = ask("predict", () -> super.predict(inputs.copy()));
    Shape expected = Shape.of(inputs.shape().length(0), classes);
    if (!output.shape().equals(expected)) {
      throw new CandidateException("predict", "shape " + expected, "shape " + output.shape());
    }
    return output;
  }

  @Override
  public ModelState state() {
    ModelState found = ask("state", () -> super.state().copy());
    try {
      found.requireAtLeast(state);
    } catch (IllegalArgumentException e) {
      throw new CandidateException("state", e);
    }
    return found;
  }

  @Override
  public void restore(ModelState state) {
    ask(
        "restore",
        () -> {
          super.restore(state.copy());
          return state;
        });
  }

  /** What cannot be closed ends with the process; the result is there by then. */
  @Override
  public void close() {
    try {
      super.close();
    } catch (Throwable e) {
      // a candidate's own affair
    }
  }

  /**
   * What runs out of memory says nothing of what it computes: it ends the run, whoever was the last
   * to ask for some. Deeplearning4j wraps the error in others.
   */
  private static void requireMemory(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError exhausted) {
        throw exhausted;
      }
    }
  }

  private static <T> T ask(String doing, Supplier<T> question) {
    try {
      T answer = question.get();
      if (answer == null) {
        throw new CandidateException(doing, "a value", "null");
      }
      return answer;
    } catch (LockstepException | CandidateException e) {
      throw e;
    } catch (ModelFailedException e) {
      throw new CandidateException(e);
    } catch (Throwable e) {
      requireMemory(e);
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new CandidateException(doing, e);
    }
  }
}
