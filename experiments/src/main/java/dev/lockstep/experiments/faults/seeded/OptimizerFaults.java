package dev.lockstep.experiments.faults.seeded;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.core.model.Phase.UPDATE;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_MOMENTUM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_NESTEROV;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_ADAGRAD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_ADAM;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.OptimizerSpec.Adam;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.Change;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.StepSoFar;
import dev.lockstep.experiments.faults.injection.Tampering;
import dev.lockstep.experiments.faults.seeded.Fault.Place;
import java.util.List;

/** Further ways to write an optimizer down. */
final class OptimizerFaults {

  private static final double EPSILON = 1e-7;

  private static final Place FIRST_PARAMETER = new Place(UPDATE, "affine1", "affine1/W");
  private static final Place FIRST_VELOCITY = new Place(UPDATE, "affine1", "affine1/W/velocity");

  private OptimizerFaults() {}

  static List<Fault> list() {
    return List.of(
        Fault.in(
                RELU_MOMENTUM,
                "moved-by-old-velocity",
                "a parameter moves by the velocity of the step before",
                FIRST_PARAMETER,
                Explanation.OLD_VELOCITY)
            .by(
                UpdateRule.of(
                    e -> {
                      e.w += e.slots[0];
                      e.slots[0] = .9 * e.slots[0] - e.rate * e.g;
                    })),
        Fault.in(
                RELU_MOMENTUM,
                "decoupled-weight-decay",
                "weight decay shrinks the weights, past the velocity, as AdamW's does",
                new Place(BACKWARD, "affine3", "affine3/W"),
                Explanation.REGULARIZATION)
            .by(decoupledDecay()),
        Fault.in(
                RELU_NESTEROV,
                "nesterov-off-by-one",
                "Nesterov's step is that of the velocity before, without this step's gradient",
                FIRST_PARAMETER,
                Explanation.OLD_VELOCITY)
            .by(
                UpdateRule.of(
                    e -> {
                      e.w += .9 * e.slots[0];
                      e.slots[0] = .9 * e.slots[0] - e.rate * e.g;
                    })),
        Fault.in(
                RELU_MOMENTUM,
                "momentum-dampened-later",
                "the gradient enters the velocity with .5, but for the first step, as PyTorch's does",
                FIRST_VELOCITY,
                Explanation.DAMPENED)
            .by(
                UpdateRule.of(
                    e -> {
                      e.slots[0] = .9 * e.slots[0] - (e.t == 1 ? 1 : .5) * e.rate * e.g;
                      e.w += e.slots[0];
                    })),
        Fault.in(
                RELU_NESTEROV,
                "nesterov-not-ahead",
                "Nesterov's update is plain momentum",
                FIRST_PARAMETER,
                Explanation.FORM)
            .by(
                UpdateRule.of(
                    e -> {
                      e.slots[0] = .9 * e.slots[0] - e.rate * e.g;
                      e.w += e.slots[0];
                    })),
        Fault.in(
                TANH_ADAGRAD,
                "adagrad-epsilon-inside-root",
                "AdaGrad divides by √(h + ε) in place of √h + ε",
                FIRST_PARAMETER,
                Explanation.EPSILON)
            .by(
                UpdateRule.of(
                    e -> {
                      e.slots[0] += e.g * e.g;
                      e.w -= e.rate * e.g / Math.sqrt(e.slots[0] + EPSILON);
                    })),
        Fault.in(
                TANH_ADAM,
                "adam-epsilon-inside-root",
                "Adam divides by √(v + ε) in place of √v + ε",
                FIRST_PARAMETER,
                Explanation.EPSILON)
            .by(
                UpdateRule.of(
                    e -> {
                      AdamRule.moments(e);
                      e.w -=
                          e.rate
                              * AdamRule.correction(e.t)
                              * e.slots[0]
                              / Math.sqrt(e.slots[1] + EPSILON);
                    })),
        Fault.in(
                TANH_ADAM,
                "adam-betas-exchanged",
                "Adam's beta1 and beta2 have changed places",
                new Place(UPDATE, "affine1", "affine1/W/m"),
                Explanation.HYPERPARAMETER)
            .by(
                Injection.network(
                    Change.optimizer(
                        Adam.class,
                        right ->
                            new Adam(
                                right.learningRate(),
                                right.beta2(),
                                right.beta1(),
                                right.epsilon())))));
  }

  /** Takes λ·W out of the gradient and lr·λ·W out of the weights. */
  private static Injection decoupledDecay() {
    double lambda = RELU_MOMENTUM.network().weightDecay();
    return Injection.tampering(
        new Tampering() {
          @Override
          public void computed(StepSoFar step, Phase phase, String path, Tensor tensor) {
            if (path.endsWith("/W") && (phase == BACKWARD || phase == UPDATE)) {
              double rate = phase == BACKWARD ? 1 : .02 * Math.pow(.99, (double) step.taken());
              double[] w = step.before(path).data();
              for (int i = 0; i < w.length; i++) {
                tensor.data()[i] -= rate * lambda * w[i];
              }
            }
          }
        });
  }

  /** The parts of Adam that its faults leave as they are. */
  static final class AdamRule {

    private AdamRule() {}

    static void moments(UpdateRule.Element e) {
      e.slots[0] += .1 * (e.g - e.slots[0]);
      e.slots[1] += (1 - .999) * (e.g * e.g - e.slots[1]);
    }

    static double correction(long t) {
      return Math.sqrt(1 - Math.pow(.999, (double) t)) / (1 - Math.pow(.9, (double) t));
    }
  }
}
