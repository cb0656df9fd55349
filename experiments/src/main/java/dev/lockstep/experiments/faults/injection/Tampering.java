package dev.lockstep.experiments.faults.injection;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Tensor;
import java.util.function.UnaryOperator;

/** What a faulty model does otherwise than the correct one that it is wrapped around. */
public interface Tampering {

  /** Changes nothing. */
  Tampering NONE = new Tampering() {};

  /** Which tensors to change. */
  interface At {
    boolean matches(Phase phase, String path);
  }

  /** Returns what the step trains on. */
  default Batch batch(Batch batch) {
    return batch;
  }

  /** Returns the masks that the step uses. */
  default Masks masks(Masks masks) {
    return masks;
  }

  /** Changes, in place, a tensor that the model has just computed and will read on from. */
  default void computed(StepSoFar step, Phase phase, String path, Tensor tensor) {}

  /** Returns the state that a prediction for some inputs is made from. */
  default ModelState predictsWith(ModelState state, Tensor inputs) {
    return state;
  }

  /** Returns what a prediction is made for. */
  default Tensor asked(Tensor inputs) {
    return inputs;
  }

  /** Returns what is answered in place of a correct prediction. */
  default Tensor answered(Tensor outputs) {
    return outputs;
  }

  /** One tensor. */
  static At at(Phase phase, String path) {
    return (shown, shownPath) -> shown == phase && shownPath.equals(path);
  }

  /** Every tensor whose path ends alike. */
  static At each(Phase phase, String ending) {
    return (shown, shownPath) -> shown == phase && shownPath.endsWith(ending);
  }

  /** Changes some tensors as they are computed. */
  static Tampering edit(At at, Edit edit) {
    return new Tampering() {
      @Override
      public void computed(StepSoFar step, Phase phase, String path, Tensor tensor) {
        if (at.matches(phase, path)) {
          edit.apply(step, path, tensor);
        }
      }
    };
  }

  /** Changes the images, in training and in prediction. */
  static Tampering images(UnaryOperator<Tensor> change) {
    return new Tampering() {
      @Override
      public Batch batch(Batch batch) {
        return new Batch(batch.step(), change.apply(batch.inputs()), batch.targets());
      }

      @Override
      public Tensor asked(Tensor inputs) {
        return change.apply(inputs);
      }
    };
  }

  /** Changes the labels that a step trains on. */
  static Tampering targets(UnaryOperator<Tensor> change) {
    return new Tampering() {
      @Override
      public Batch batch(Batch batch) {
        return new Batch(batch.step(), batch.inputs(), change.apply(batch.targets()));
      }
    };
  }

  /** Changes the answers of a prediction. */
  static Tampering answers(UnaryOperator<Tensor> change) {
    return new Tampering() {
      @Override
      public Tensor answered(Tensor outputs) {
        return change.apply(outputs);
      }
    };
  }

  /** Uses other dropout masks than it is given. */
  static Tampering masks(UnaryOperator<Masks> change) {
    return new Tampering() {
      @Override
      public Masks masks(Masks masks) {
        return change.apply(masks);
      }
    };
  }
}
