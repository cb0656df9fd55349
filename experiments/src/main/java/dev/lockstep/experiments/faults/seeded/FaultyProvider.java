package dev.lockstep.experiments.faults.seeded;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ChangingObserver;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.StepSoFar;
import dev.lockstep.experiments.faults.injection.Tampering;

/**
 * A correct implementation with one fault in it. It copies nothing of the implementation: it builds
 * it for another network, gives it other inputs, or changes what it shows to an observer, in place.
 * So it works on models that show their own buffers at the moment in which they are computed and
 * read on from them.
 */
public final class FaultyProvider implements ModelProvider {

  private final ModelProvider correct;
  private final String fault;
  private final Injection injection;

  /**
   * @param correct a provider of models that show their own buffers
   * @param size one of the fault's
   */
  public FaultyProvider(ModelProvider correct, Fault fault, Fault.Size size) {
    this(correct, fault.id(), size.injection());
  }

  public FaultyProvider(ModelProvider correct, String fault, Injection injection) {
    this.correct = correct;
    this.fault = fault;
    this.injection = injection;
  }

  @Override
  public String name() {
    return correct.name() + " with " + fault;
  }

  @Override
  public Model create(NetworkSpec network) {
    return new FaultyModel(
        network, correct.create(injection.network().apply(network)), injection.tampering().get());
  }

  private static final class FaultyModel extends WrappedModel {

    private final NetworkSpec network;
    private final Tampering tampering;

    FaultyModel(NetworkSpec network, Model model, Tampering tampering) {
      super(model);
      this.network = network;
      this.tampering = tampering;
    }

    @Override
    public double step(Batch batch, Masks masks, Observer observer) {
      StepSoFar step = new StepSoFar(network, batch, state());
      super.step(
          tampering.batch(batch),
          tampering.masks(masks),
          new ChangingObserver(
              observer,
              (phase, path, tensor) -> {
                tampering.computed(step, phase, path, tensor);
                step.add(phase, path, tensor);
              }));
      return step.shown(Phase.LOSS, NetworkSpec.LOSS).data()[0];
    }

    @Override
    public Tensor predict(Tensor inputs) {
      Tensor given = tampering.asked(inputs);
      ModelState own = state();
      ModelState other = tampering.predictsWith(own, given);
      restore(other);
      Tensor answered = tampering.answered(super.predict(given));
      restore(own);
      return answered;
    }
  }
}
