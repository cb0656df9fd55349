package dev.lockstep.experiments.faults.detection;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.core.model.Phase.FORWARD;
import static dev.lockstep.core.model.Phase.LOSS;
import static dev.lockstep.core.model.Phase.UPDATE;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.BATCH_NORM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_MOMENTUM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.SIGMOID_SGD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_ADAM;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.injection.Edit;
import dev.lockstep.experiments.faults.injection.Edits;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.Tampering;
import dev.lockstep.experiments.faults.seeded.Explanation;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.experiments.faults.seeded.Fault.Place;
import dev.lockstep.experiments.faults.seeded.UpdateRule;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** Differences that no known mistake makes, near to some that are known. */
final class UnexplainedFaults {

  private UnexplainedFaults() {}

  static List<Fault> list() {
    return List.of(
        plus(BATCH_NORM, "a-constant-on-gamma-in-the-first-step", BACKWARD, "batchNorm2/gamma", 1),
        plus(BATCH_NORM, "a-constant-on-gamma", BACKWARD, "batchNorm2/gamma", 300),
        edit(
            RELU_MOMENTUM,
            "another-number-on-each-weight",
            BACKWARD,
            "affine1/W",
            (step, path, tensor) -> add(tensor, i -> 1e-6 * Math.sin(i))),
        edit(
            SIGMOID_SGD,
            "one-element",
            BACKWARD,
            "affine1/W",
            (step, path, tensor) -> tensor.data()[77] += 1e-8),
        edit(
            SIGMOID_SGD,
            "a-factor-that-grows",
            BACKWARD,
            "affine2/W",
            (step, path, tensor) -> Edits.times(2 + .1 * step.taken()).apply(step, path, tensor)),
        edit(
            SIGMOID_SGD,
            "another-number-on-each-update",
            UPDATE,
            "affine1/W",
            (step, path, tensor) -> add(tensor, i -> 1e-9 * Math.sin(i))),
        edit(
            SIGMOID_SGD,
            "another-sigmoid",
            FORWARD,
            "sigmoid1/out",
            (step, path, tensor) -> {
              double[] x = step.shown(FORWARD, "affine1/out").data();
              for (int i = 0; i < x.length; i++) {
                tensor.data()[i] = Math.max(0, Math.min(1, .2 * x[i] + .5));
              }
            }),
        edit(
            SIGMOID_SGD,
            "a-constant-on-the-loss",
            LOSS,
            "loss/value",
            (step, path, tensor) -> tensor.data()[0] += .1),
        Fault.in(
                TANH_ADAM,
                "adam-of-magnitudes",
                "Adam averages magnitudes",
                new Place(UPDATE, "affine1", "affine1/W/m"),
                Explanation.UNKNOWN)
            .by(
                UpdateRule.of(
                    e -> {
                      e.slots[0] += .1 * (Math.abs(e.g) - e.slots[0]);
                      e.slots[1] += .001 * (e.g * e.g - e.slots[1]);
                      e.w -= e.rate * e.slots[0] / (Math.sqrt(e.slots[1]) + 1e-7);
                    })),
        Fault.in(
                RELU_MOMENTUM,
                "momentum-and-rate",
                "momentum and learning rate are both others",
                new Place(UPDATE, "affine1", "affine1/W/velocity"),
                Explanation.UNKNOWN)
            .by(
                UpdateRule.of(
                    e -> {
                      e.slots[0] = .85 * e.slots[0] - .7 * e.rate * e.g;
                      e.w += e.slots[0];
                    })));
  }

  private static Fault plus(BaseNetwork base, String id, Phase phase, String path, int steps) {
    return edit(
        base,
        id,
        phase,
        path,
        (step, shown, tensor) -> add(tensor, i -> step.taken() < steps ? 1e-4 : 0));
  }

  private static Fault edit(BaseNetwork base, String id, Phase phase, String path, Edit edit) {
    return Fault.in(
            base,
            id,
            id,
            new Place(phase, path.substring(0, path.lastIndexOf('/')), path),
            Explanation.UNKNOWN)
        .by(Injection.edit(Tampering.at(phase, path), edit));
  }

  private static void add(Tensor tensor, IntToDoubleFunction number) {
    for (int i = 0; i < tensor.size(); i++) {
      tensor.data()[i] += number.applyAsDouble(i);
    }
  }
}
