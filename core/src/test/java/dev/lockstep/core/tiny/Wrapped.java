package dev.lockstep.core.tiny;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Providers of models that do what another does, but for what a test changes. */
public final class Wrapped {

  private Wrapped() {}

  /** Returns a provider of tiny models, each wrapped. */
  public static ModelProvider provider(UnaryOperator<Model> wrap) {
    return over(TinyModel.summing(Summation.FORWARD), wrap);
  }

  /** Returns a provider of another's models, each wrapped. */
  public static ModelProvider over(ModelProvider other, UnaryOperator<Model> wrap) {
    return new ModelProvider() {
      @Override
      public String name() {
        return "wrapped";
      }

      @Override
      public Model create(NetworkSpec network) {
        return wrap.apply(other.create(network));
      }
    };
  }

  /** Returns a provider of models that compute rightly and show something else, or nothing. */
  public static ModelProvider showing(Shown shown) {
    return provider(
        model ->
            new WrappedModel(model) {
              @Override
              public double step(Batch batch, Masks masks, Observer observer) {
                return super.step(batch, masks, new ShowingObserver(batch, shown, observer));
              }
            });
  }

  /** What an observer is shown in place of what was computed. */
  @FunctionalInterface
  public interface Shown {
    /** Hands on to the observer what it is to see. */
    void show(Batch batch, Phase phase, String path, Supplier<Tensor> tensor, Observer observer);
  }

  private record ShowingObserver(Batch batch, Shown shown, Observer observer) implements Observer {
    @Override
    public boolean watches() {
      return observer.watches();
    }

    @Override
    public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
      shown.show(batch, phase, path, tensor, observer);
    }
  }
}
