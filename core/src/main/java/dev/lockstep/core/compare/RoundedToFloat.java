package dev.lockstep.core.compare;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A model in double precision whose every input, output, gradient and state is rounded to float:
 * what a correct implementation in float may come to. As the twin of the reference it measures the
 * floor of a candidate in float.
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
    return new RoundedModel(inDouble.create(network));
  }

  private record RoundedModel(Model model) implements Model {

    @Override
    public double step(Batch batch, Masks masks, Observer observer) {
      Batch rounded = new Batch(batch.step(), rounded(batch.inputs()), batch.targets());
      return model.step(rounded, masks, new RoundingObserver(observer));
    }

    @Override
    public Tensor predict(Tensor inputs) {
      return model.predict(rounded(inputs));
    }

    @Override
    public ModelState state() {
      return model.state();
    }

    @Override
    public void restore(ModelState state) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      state.tensors().forEach((path, tensor) -> tensors.put(path, rounded(tensor)));
      model.restore(new ModelState(state.step(), tensors));
    }

    @Override
    public void close() {
      model.close();
    }
  }

  private record RoundingObserver(Observer observer) implements Observer {

    @Override
    public boolean watches() {
      return true;
    }

    @Override
    public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
      Tensor shown = tensor.get();
      round(shown);
      observer.observe(phase, path, () -> shown);
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
