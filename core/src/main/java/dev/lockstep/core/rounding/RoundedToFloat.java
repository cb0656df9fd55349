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
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model in double precision whose every input, output, gradient, state and constant of the
 * optimizer is rounded to float: what a correct implementation in float may come to. As the
 * perturbed reference it measures the floor of a candidate in float.
 *
 * <p>Where a layer adds up, its output is moved by as much as two orders of summing in float lie
 * apart (see {@link LayerSums}): the sums themselves are taken in double.
 *
 * <p>It rounds what an observer is shown, in place, so it works on models that show their own
 * buffers at the moment in which they are computed and read on from them.
 */
public final class RoundedToFloat implements ModelProvider {

  private final ModelProvider inDouble;

  /**
   * @param inDouble a provider of models that show their own buffers
   */
  public RoundedToFloat(ModelProvider inDouble) {
    this.inDouble = inDouble;
  }

  @Override
  public String name() {
    return inDouble.name() + " rounded to float";
  }

  @Override
  public Model create(NetworkSpec network) {
    NetworkSpec inFloat = network.withOptimizer(network.optimizer().accept(new ConstantsInFloat()));
    return new RoundedModel(inDouble.create(inFloat), LayerSums.of(network));
  }

  private static final class RoundedModel extends WrappedModel {

    private final LayerSums sums;

    private final GradientSums gradients = new GradientSums(sum -> Math.ulp((float) sum));

    RoundedModel(Model model, LayerSums sums) {
      super(model);
      this.sums = sums;
    }

    @Override
    public double step(Batch batch, Masks masks, Observer observer) {
      Batch rounded = new Batch(batch.step(), rounded(batch.inputs()), batch.targets());
      return super.step(rounded, masks, new ChangingObserver(observer, this::sumAndRound));
    }

    private void sumAndRound(Phase phase, String path, Tensor tensor) {
      double error =
          phase == Phase.BACKWARD ? gradients.error(path, tensor) : ofOutput(phase, path, tensor);
      if (error > 0 && error < Float.MAX_VALUE) {
        double[] values = tensor.data();
        for (int i = 0; i < values.length; i++) {
          if (values[i] != 0) {
            values[i] += error;
          }
        }
      }
      round(tensor);
    }

    private double ofOutput(Phase phase, String path, Tensor tensor) {
      double units = sums.units(phase, path, tensor);
      return units == 0 ? 0 : units * Math.ulp((float) LayerSums.typical(tensor.data()));
    }

    @Override
    public Tensor predict(Tensor inputs) {
      return super.predict(rounded(inputs));
    }

    @Override
    public void restore(ModelState state) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      state.tensors().forEach((path, tensor) -> tensors.put(path, rounded(tensor)));
      super.restore(new ModelState(state.step(), tensors));
    }
  }

  private static Tensor rounded(Tensor tensor) {
    Tensor copy = tensor.copy();
    round(copy);
    return copy;
  }

  private static void round(Tensor tensor) {
    double[] values = tensor.data();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) values[i];
    }
  }
}
