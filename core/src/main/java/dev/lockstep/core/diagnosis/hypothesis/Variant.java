package dev.lockstep.core.diagnosis.hypothesis;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ChangingObserver;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A step of the reference with something changed in what it is given, each tensor computed from the
 * candidate's own.
 *
 * @param network that the reference is built for
 * @param downstream changes a tensor of the candidate before the reference reads on from it
 */
public record Variant(
    NetworkSpec network, ModelState before, Batch batch, Masks masks, @Nullable Change downstream) {

  /** What is done to a tensor, in place. */
  @FunctionalInterface
  public interface Change {
    void apply(Phase phase, String path, Tensor tensor);
  }

  public static Variant of(Look look) {
    return new Variant(
        look.network(), look.step().before(), look.batch(), look.step().masks(), null);
  }

  public Variant with(NetworkSpec other) {
    return new Variant(other, before, batch, masks, downstream);
  }

  public Variant with(ModelState other) {
    return new Variant(network, other, batch, masks, downstream);
  }

  /** Returns the step in which nothing is dropped, as in a prediction. */
  public Variant undropped() {
    return with((Masks) (layer, ratio, shape) -> Tensor.filled(shape, 1 - ratio));
  }

  /** Returns the same count of steps with other parameters. */
  public Variant with(Map<String, Tensor> tensors) {
    return with(new ModelState(before.step(), tensors));
  }

  public Variant with(Batch other) {
    return new Variant(network, before, other, masks, downstream);
  }

  public Variant with(Masks other) {
    return new Variant(network, before, batch, other, downstream);
  }

  public Variant reading(Change change) {
    return new Variant(network, before, batch, masks, change);
  }

  /** Returns what the reference shows; null if it has no such network. */
  public @Nullable Map<TensorKey, double[]> shown(ModelProvider reference, Look look) {
    if (!network.state().equals(look.network().state())) {
      return null;
    }
    Map<TensorKey, double[]> shown = new LinkedHashMap<>();
    double[] prediction = predicted(reference, look);
    Map<TensorKey, double[]> stepped = prediction == null ? null : stepped(reference, look);
    if (prediction == null || stepped == null) {
      return null;
    }
    shown.put(ExpectedTensor.PREDICTION, prediction);
    shown.putAll(stepped);
    return shown;
  }

  /** Returns what the reference shows of a step; null if it has no such network. */
  public @Nullable Map<TensorKey, double[]> stepped(ModelProvider reference, Look look) {
    if (!network.state().equals(look.network().state())) {
      return null;
    }
    Map<TensorKey, double[]> shown = new LinkedHashMap<>();
    try (Model model = reference.create(network)) {
      model.restore(before);
      model.step(batch, masks, grafting(look, shown));
    } catch (UsageException | InputException e) {
      return null; // the reference need not implement what might have been
    }
    return shown;
  }

  /** Returns what the reference predicts; null if it has no such network. */
  public double @Nullable [] predicted(ModelProvider reference, Look look) {
    if (!network.state().equals(look.network().state())) {
      return null;
    }
    try (Model model = reference.create(network)) {
      model.restore(before);
      return model.predict(batch.inputs()).data().clone();
    } catch (UsageException | InputException e) {
      return null; // the reference need not implement what might have been
    }
  }

  /** Returns one tensor that the reference shows by itself; null if it has no such network. */
  public double @Nullable [] ungrafted(ModelProvider reference, TensorKey wanted) {
    AtomicReference<double @Nullable []> shown = new AtomicReference<>();
    try (Model model = reference.create(network)) {
      model.restore(before);
      model.step(
          batch,
          masks,
          new ChangingObserver(
              Observer.NONE,
              (phase, path, tensor) -> {
                if (downstream != null) {
                  downstream.apply(phase, path, tensor);
                }
                if (wanted.equals(new TensorKey(phase, path))) {
                  shown.set(tensor.data().clone());
                }
              }));
    } catch (UsageException | InputException e) {
      return null;
    }
    return shown.get();
  }

  /**
   * Returns what the loss would read in a prediction, by a step in which nothing is dropped or
   * normalized; null of a network that does either.
   */
  public static double @Nullable [] scores(ModelProvider reference, Look look) {
    boolean differs =
        look.network().allLayers().stream()
            .anyMatch(
                layer ->
                    layer instanceof LayerSpec.Dropout
                        || layer instanceof LayerSpec.BatchNormalization);
    return differs
        ? null
        : of(look)
            .ungrafted(reference, new TensorKey(Phase.FORWARD, Look.scoresOf(look.network())));
  }

  private Observer grafting(Look look, Map<TensorKey, double[]> shown) {
    return new Observer() {
      @Override
      public boolean watches() {
        return true;
      }

      @Override
      public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
        Tensor computed = tensor.get();
        TensorKey key = new TensorKey(phase, path);
        if (look.judged().containsKey(key)) {
          shown.put(key, computed.data().clone());
        }
        Tensor candidate = look.candidate(phase, path);
        if (candidate != null && candidate.size() == computed.size()) {
          System.arraycopy(candidate.data(), 0, computed.data(), 0, computed.size());
        }
        if (downstream != null) {
          downstream.apply(phase, path, computed);
        }
      }
    };
  }
}
