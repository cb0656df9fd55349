package dev.lockstep.core.rounding;

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

/**
 * A model whose every output and gradient is moved up by one unit in the last place, as if rounded
 * towards infinity. As the perturbed reference it shows what errors do that all point the same way:
 * those of a mean that was subtracted add up in the sum after it, where the true value is 0 — the
 * gradient of a bias before batch normalization — and random ones would cancel.
 *
 * <p>Where a layer adds up, its output is moved by as much as two orders of summing lie apart (see
 * {@link LayerSums}); so is the gradient of a parameter.
 *
 * <p>It moves what an observer is shown, in place, so it works on models that show their own
 * buffers at the moment in which they are computed and read on from them. Of others nothing within
 * a step can be moved: their state is, when they take it over, each number by one unit in the last
 * place. What they compute from it differs as two orders of summing do.
 */
public final class RoundedUp implements ModelProvider {

  private final ModelProvider rounded;

  /**
   * @param rounded a provider of models that show their own buffers
   */
  public RoundedUp(ModelProvider rounded) {
    this.rounded = rounded;
  }

  @Override
  public String name() {
    return rounded.name() + " rounded up";
  }

  @Override
  public Model create(NetworkSpec network) {
    return new RoundedModel(rounded.create(network), LayerSums.of(network));
  }

  private static final class RoundedModel extends WrappedModel {

    private final LayerSums sums;
    private final GradientSums gradients = new GradientSums(Math::ulp);

    RoundedModel(Model model, LayerSums sums) {
      super(model);
      this.sums = sums;
    }

    @Override
    public double step(Batch batch, Masks masks, Observer observer) {
      return super.step(batch, masks, new ChangingObserver(observer, this::moveUp));
    }

    @Override
    public void restore(ModelState state) {
      if (showsItsOwnBuffers()) {
        super.restore(state);
        return;
      }
      ModelState moved = state.copy();
      moved.tensors().values().forEach(tensor -> PerturbedStep.perturb(tensor, false));
      super.restore(moved);
    }

    private void moveUp(Phase phase, String path, Tensor tensor) {
      if (phase != Phase.FORWARD && phase != Phase.BACKWARD) {
        return;
      }
      double[] values = tensor.data();
      double units = sums.units(phase, path, tensor);
      double least =
          phase == Phase.BACKWARD
              ? gradients.error(path, tensor)
              : units == 0 ? 0 : units * Math.ulp(LayerSums.typical(values));
      for (int i = 0; i < values.length; i++) {
        if (values[i] != 0) {
          double own = Math.nextUp(values[i]);
          // where squares overflow, so does a typical element
          values[i] = least < Double.MAX_VALUE ? Math.max(own, values[i] + least) : own;
        }
      }
    }
  }
}
