package dev.lockstep.core.tiny;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Tensor;

/** Puts something wrong in the place of what a model has just computed. */
@FunctionalInterface
public interface Fault {

  /** Leaves everything as it is. */
  Fault NONE = (step, phase, path, value) -> value;

  /**
   * @param value just computed; not to be changed in place
   * @return what the model goes on with
   */
  Tensor applied(long step, Phase phase, String path, Tensor value);

  /** Returns a fault in one tensor. */
  static Fault in(Phase phase, String path, Change change) {
    return (step, atPhase, atPath, value) ->
        atPhase == phase && atPath.equals(path) ? change.of(value) : value;
  }

  /** Returns this fault from a step on, none before. */
  default Fault from(long first) {
    return (step, phase, path, value) -> step < first ? value : applied(step, phase, path, value);
  }

  /** What becomes of one tensor. */
  @FunctionalInterface
  interface Change {
    Tensor of(Tensor value);

    /** Every element times a factor. */
    static Change times(double factor) {
      return value -> {
        Tensor changed = value.copy();
        for (int i = 0; i < changed.size(); i++) {
          changed.data()[i] *= factor;
        }
        return changed;
      };
    }

    /** One element set to a value. */
    static Change set(int position, double element) {
      return value -> {
        Tensor changed = value.copy();
        changed.data()[position] = element;
        return changed;
      };
    }

    /** The elements in reverse, under the same shape. */
    static Change reversed() {
      return value -> {
        Tensor changed = value.copy();
        for (int i = 0; i < changed.size(); i++) {
          changed.data()[i] = value.data()[value.size() - 1 - i];
        }
        return changed;
      };
    }

    /** Rows and columns of a square matrix changed over. */
    static Change transposed() {
      return value -> {
        int length = value.shape().length(0);
        Tensor changed = value.copy();
        for (int i = 0; i < value.size(); i++) {
          changed.data()[i] = value.data()[i % length * length + i / length];
        }
        return changed;
      };
    }
  }
}
