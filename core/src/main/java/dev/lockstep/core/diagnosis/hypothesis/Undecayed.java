package dev.lockstep.core.diagnosis.hypothesis;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Steps as they are before weight decay is added to the loss and to the gradients: most programs
 * add it last, and what was done before shows there alone.
 */
public final class Undecayed {

  private static final TensorKey VALUE = new TensorKey(Phase.LOSS, NetworkSpec.LOSS);

  private final NetworkSpec network;
  private final IdentityHashMap<Look, Look> known = new IdentityHashMap<>();

  public Undecayed(NetworkSpec network) {
    this.network = network;
  }

  /** Returns whether a tensor has weight decay in it. */
  public boolean concerns(TensorKey key) {
    Penalty penalty = Penalty.of(network);
    return penalty.exists()
        && (key.equals(VALUE)
            || (key.phase() == Phase.BACKWARD
                && penalty.parameters().stream()
                    .anyMatch(parameter -> parameter.path().equals(key.path()))));
  }

  /** Returns the steps without weight decay in them. */
  public List<Look> of(List<Look> looks) {
    return looks.stream().map(this::of).toList();
  }

  private Look of(Look look) {
    Look bare = known.get(look);
    if (bare == null) {
      Map<TensorKey, Judged> judged = new LinkedHashMap<>();
      look.judged()
          .forEach(
              (key, own) -> {
                double[] decay = decay(look, key);
                judged.put(
                    key,
                    decay == null || own.candidate().size() != decay.length
                        ? own
                        : new Judged(
                            own.tensor(),
                            without(own.reference(), decay),
                            without(own.candidate(), decay),
                            own.allowed()));
              });
      bare =
          new Look(
              look.network().withWeightDecay(0),
              look.step(),
              judged,
              look.failing(),
              look.previous() == null ? null : of(look.previous()));
      known.put(look, bare);
    }
    return bare;
  }

  private static Tensor without(Tensor gradient, double[] decay) {
    return Tensor.of(gradient.shape(), Numbers.minus(gradient.data(), decay));
  }

  private static double @Nullable [] decay(Look look, TensorKey key) {
    return key.equals(VALUE)
        ? new double[] {Penalty.of(look.network()).of(look.step().before())}
        : key.phase() == Phase.BACKWARD ? look.decay(key.path()) : null;
  }

  /** Returns the same mistake, made before weight decay is added. */
  public Hypothesis before(Hypothesis told) {
    return new Hypothesis(
        told.rank(),
        told.text() + ", but for weight decay",
        look -> {
          Map<TensorKey, double[]> predicted = told.predict(of(look));
          if (predicted == null) {
            return null;
          }
          Map<TensorKey, double[]> decayed = new LinkedHashMap<>();
          predicted.forEach(
              (key, values) -> {
                double[] decay = decay(look, key);
                decayed.put(
                    key,
                    decay == null || decay.length != values.length
                        ? values
                        : Numbers.plus(values, 1, decay));
              });
          return decayed;
        });
  }
}
