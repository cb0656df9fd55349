package dev.lockstep.core.compare;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ChangingObserver;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A model whose every output and gradient is moved up by one unit in the last place, as if rounded
 * towards infinity. As the twin of the reference it shows what errors do that all point the same
 * way: those of a mean that was subtracted add up in the sum behind it, where the true value is 0 —
 * the gradient of a bias before batch normalization — and random ones would cancel.
 *
 * <p>Where a layer adds up, an output near 0 is what is left of terms that cancelled, and errs by a
 * unit of the terms, not of itself: it is moved by a unit of the layer's typical output, and behind
 * batch normalization by as many as two orders of summing a mean lie apart. That is much for what
 * the output is worth, and Adam, which divides a gradient by its own size, makes of it much in a
 * weight.
 *
 * <p>It moves what an observer is shown, in place, so it works on models that show their own
 * buffers at the moment in which they are computed and read on from them; on others it changes
 * nothing.
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
    return new RoundedModel(
        rounded.create(network),
        outputs(network, RoundedUp::addsUp),
        outputs(network, RoundedUp::subtractsMean));
  }

  private static Set<String> outputs(NetworkSpec network, Predicate<LayerSpec> which) {
    return network.allLayers().stream()
        .filter(which)
        .map(layer -> layer.name() + "/out")
        .collect(Collectors.toUnmodifiableSet());
  }

  private static boolean addsUp(LayerSpec layer) {
    return layer instanceof LayerSpec.Affine
        || layer instanceof LayerSpec.Convolution
        || layer instanceof LayerSpec.Branches;
  }

  private static boolean subtractsMean(LayerSpec layer) {
    return layer instanceof LayerSpec.BatchNormalization;
  }

  private static final class RoundedModel extends WrappedModel {

    private final Set<String> sums;
    private final Set<String> centred;

    /**
     * @param sums paths of outputs that are sums
     * @param centred paths of outputs that a mean was subtracted from
     */
    RoundedModel(Model model, Set<String> sums, Set<String> centred) {
      super(model);
      this.sums = sums;
      this.centred = centred;
    }

    @Override
    public double step(Batch batch, Masks masks, Observer observer) {
      return super.step(batch, masks, new ChangingObserver(observer, this::moveUp));
    }

    private void moveUp(Phase phase, String path, Tensor tensor) {
      if (phase != Phase.FORWARD && phase != Phase.BACKWARD) {
        return;
      }
      double[] values = tensor.data();
      double least = phase == Phase.FORWARD ? units(path, tensor) * unitOfTypical(values) : 0;
      for (int i = 0; i < values.length; i++) {
        if (values[i] != 0) {
          values[i] = Math.max(Math.nextUp(values[i]), values[i] + least);
        }
      }
    }

    /** Returns how many units of its typical element a sum may err by, 0 for no sum. */
    private double units(String path, Tensor output) {
      if (centred.contains(path)) {
        // N×C×H×W or N×C: a mean for each C
        int terms = output.size() / output.shape().length(1);
        return Math.max(1, SumRounding.units(terms));
      }
      return sums.contains(path) ? 1 : 0;
    }

    private static double unitOfTypical(double[] values) {
      double squares = 0;
      for (double value : values) {
        squares += value * value;
      }
      double unit = Math.ulp(Math.sqrt(squares / Math.max(1, values.length)));
      return Double.isFinite(unit) ? unit : 0;
    }
  }
}
