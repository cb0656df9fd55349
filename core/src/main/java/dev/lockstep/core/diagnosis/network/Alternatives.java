package dev.lockstep.core.diagnosis.network;

import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.function.UnaryOperator;

/** The same network with one setting changed, as typos and other conventions change it. */
final class Alternatives {

  private static final double[] EPSILONS = {0, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3};
  private static final double[] DECAYS = {0, 0.1, 0.5, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999};

  private final NetworkSpec network;
  private final Map<String, NetworkSpec> found = new LinkedHashMap<>();

  private Alternatives(NetworkSpec network) {
    this.network = network;
  }

  /** Returns networks whose weight decay differs, by what differs. */
  static Map<String, NetworkSpec> ofWeightDecay(NetworkSpec network) {
    Alternatives alternatives = new Alternatives(network);
    alternatives.weightDecay();
    return alternatives.found;
  }

  /**
   * Returns networks whose optimizer differs, by what differs.
   *
   * @param rates the learning rate that was fitted ÷ the right one
   */
  static Map<String, NetworkSpec> ofTraining(NetworkSpec network, double rates) {
    Alternatives alternatives = new Alternatives(network);
    alternatives.optimizers(rates);
    return alternatives.found;
  }

  /** Returns networks whose loss or weight decay differs, by what differs. */
  static Map<String, NetworkSpec> ofLoss(NetworkSpec network) {
    Alternatives alternatives = new Alternatives(network);
    for (double stabilizer : EPSILONS) {
      LossSpec loss = network.loss().withStabilizer(stabilizer);
      alternatives.add(
          "the loss's constant were %s in place of %s",
          stabilizer, network.loss().stabilizer(), network.withLoss(loss));
    }
    alternatives.weightDecay();
    return alternatives.found;
  }

  /** Returns networks in which one layer differs, by what differs. */
  static Map<String, NetworkSpec> ofLayer(NetworkSpec network, String name) {
    Alternatives alternatives = new Alternatives(network);
    for (LayerSpec layer : network.allLayers()) {
      if (layer.name().equals(name)) {
        alternatives.layer(layer);
      }
    }
    return alternatives.found;
  }

  /** Returns the network with all its dropout layers changed. */
  static NetworkSpec withDropouts(NetworkSpec network, UnaryOperator<LayerSpec.Dropout> change) {
    return network.withEachLayer(
        layer -> layer instanceof LayerSpec.Dropout dropout ? change.apply(dropout) : layer);
  }

  private void add(String what, double value, double right, NetworkSpec changed) {
    if (value != right) {
      found.putIfAbsent(
          String.format(Locale.ROOT, what, Numbers.setting(value), Numbers.setting(right)),
          changed);
    }
  }

  private void weightDecay() {
    double right = network.weightDecay();
    for (double factor : new double[] {0, 2, 0.5}) {
      NetworkSpec changed = network.withWeightDecay(right * factor);
      add("the weight decay were %s in place of %s", right * factor, right, changed);
    }
  }

  private void optimizers(double fitted) {
    OptimizerSpec optimizer = network.optimizer();
    LearningRate rate = optimizer.learningRate();
    if (fitted > 0 && Double.isFinite(fitted)) {
      double initial = rate.initial() * Math.rint(fitted * 1e9) / 1e9;
      add(
          "the learning rate were %s in place of %s",
          initial, rate.initial(), withRate(new LearningRate(initial, rate.decay())));
    }
    if (!(rate.decay() instanceof LearningRate.Decay.None)) {
      found.put("the learning rate did not fall", withRate(LearningRate.constant(rate.initial())));
    }
    if (rate.decay() instanceof LearningRate.Decay.Step step) {
      for (int off : new int[] {-1, 1}) {
        if (step.every() + off > 0) {
          LearningRate other =
              new LearningRate(
                  rate.initial(), new LearningRate.Decay.Step(step.factor(), step.every() + off));
          found.put(
              "the learning rate fell every %d steps in place of %d"
                  .formatted(step.every() + off, step.every()),
              withRate(other));
        }
      }
    }
    if (optimizer instanceof OptimizerSpec.Momentum o) {
      each(DECAYS, "the momentum", o.momentum(), v -> new OptimizerSpec.Momentum(rate, v));
      found.put(
          "it were Nesterov's momentum",
          network.withOptimizer(new OptimizerSpec.Nesterov(rate, o.momentum(), false)));
    } else if (optimizer instanceof OptimizerSpec.Nesterov o) {
      each(
          DECAYS,
          "the momentum",
          o.momentum(),
          v -> new OptimizerSpec.Nesterov(rate, v, o.printed()));
      found.put(
          "it were plain momentum",
          network.withOptimizer(new OptimizerSpec.Momentum(rate, o.momentum())));
      found.put(
          o.printed() ? "it were Nesterov's corrected form" : "it were Nesterov's printed form",
          network.withOptimizer(new OptimizerSpec.Nesterov(rate, o.momentum(), !o.printed())));
    } else if (optimizer instanceof OptimizerSpec.AdaGrad o) {
      each(EPSILONS, "AdaGrad's epsilon", o.epsilon(), v -> new OptimizerSpec.AdaGrad(rate, v));
    } else if (optimizer instanceof OptimizerSpec.RmsProp o) {
      each(
          DECAYS,
          "RMSprop's decay",
          o.decay(),
          v -> new OptimizerSpec.RmsProp(rate, v, o.epsilon()));
      each(
          EPSILONS,
          "RMSprop's epsilon",
          o.epsilon(),
          v -> new OptimizerSpec.RmsProp(rate, o.decay(), v));
    } else if (optimizer instanceof OptimizerSpec.Adam o) {
      each(
          DECAYS,
          "Adam's beta1",
          o.beta1(),
          v -> new OptimizerSpec.Adam(rate, v, o.beta2(), o.epsilon()));
      each(
          DECAYS,
          "Adam's beta2",
          o.beta2(),
          v -> new OptimizerSpec.Adam(rate, o.beta1(), v, o.epsilon()));
      each(
          EPSILONS,
          "Adam's epsilon",
          o.epsilon(),
          v -> new OptimizerSpec.Adam(rate, o.beta1(), o.beta2(), v));
    }
  }

  private void each(
      double[] values, String what, double right, DoubleFunction<OptimizerSpec> build) {
    for (double value : values) {
      add(
          what + " were %s in place of %s",
          value,
          right,
          network.withOptimizer(build.apply(value)));
    }
  }

  private NetworkSpec withRate(LearningRate rate) {
    return network.withOptimizer(network.optimizer().withLearningRate(rate));
  }

  private void layer(LayerSpec layer) {
    if (layer instanceof LayerSpec.BatchNormalization norm) {
      for (double epsilon : EPSILONS) {
        if (epsilon > 0 && epsilon != norm.epsilon()) {
          each(
              norm,
              "the epsilon of %s were %s in place of %s",
              epsilon,
              norm.epsilon(),
              other ->
                  new LayerSpec.BatchNormalization(
                      other.name(), other.momentum(), epsilon, other.perChannel()));
        }
      }
      for (double momentum : DECAYS) {
        each(
            norm,
            "the momentum of %s were %s in place of %s",
            momentum,
            norm.momentum(),
            other ->
                new LayerSpec.BatchNormalization(
                    other.name(), momentum, other.epsilon(), other.perChannel()));
      }
    } else if (layer instanceof LayerSpec.Dropout dropout) {
      each(
          dropout,
          "%s used %s in place of %s, the share kept for the share dropped",
          1 - dropout.ratio(),
          dropout.ratio(),
          other -> new LayerSpec.Dropout(other.name(), 1 - other.ratio(), other.inverted()));
      each(
          dropout,
          "%s scaled "
              + (dropout.inverted()
                  ? "in prediction, as the book's does"
                  : "in training, not in prediction: inverted dropout"),
          1,
          0,
          other -> new LayerSpec.Dropout(other.name(), other.ratio(), !other.inverted()));
      each(
          dropout,
          "%s dropped with ratio %s in place of %s",
          0,
          dropout.ratio(),
          other -> new LayerSpec.Dropout(other.name(), 0, other.inverted()));
    } else if (layer instanceof LayerSpec.LocalResponse response) {
      responses(response);
    } else if (layer instanceof LayerSpec.Pooling pool) {
      boolean max = pool.type() == LayerSpec.PoolingType.MAX;
      each(
          pool,
          max ? "%s took the average" : "%s took the maximum",
          1,
          0,
          other ->
              new LayerSpec.Pooling(
                  other.name(),
                  max ? LayerSpec.PoolingType.AVERAGE : LayerSpec.PoolingType.MAX,
                  other.window()));
    } else if (layer instanceof LayerSpec.Activation activation) {
      for (ActivationFunction function : ActivationFunction.all()) {
        if (!function.equals(activation.function())) {
          each(
              activation,
              "%s computed " + function.id(),
              1,
              0,
              other -> new LayerSpec.Activation(other.name(), function));
        }
      }
    }
  }

  /** As PyTorch divides alpha, and as the size is taken for a reach or for a half of it. */
  private void responses(LayerSpec.LocalResponse own) {
    for (double alpha : new double[] {own.alpha() / own.size(), own.alpha() * own.size()}) {
      each(
          own,
          "the alpha of %s were %s in place of %s",
          alpha,
          own.alpha(),
          o -> new LayerSpec.LocalResponse(o.name(), o.k(), o.size(), alpha, o.beta()));
    }
    for (int size : new int[] {1, own.size() + 2, 2 * own.size() + 1}) {
      each(
          own,
          "the size of %s were %s in place of %s",
          size,
          own.size(),
          o -> new LayerSpec.LocalResponse(o.name(), o.k(), size, o.alpha(), o.beta()));
    }
    for (double k : new double[] {1, 2}) {
      each(
          own,
          "the k of %s were %s in place of %s",
          k,
          own.k(),
          o -> new LayerSpec.LocalResponse(o.name(), k, o.size(), o.alpha(), o.beta()));
    }
    for (double beta : new double[] {0.5, 0.75, 1}) {
      each(
          own,
          "the beta of %s were %s in place of %s",
          beta,
          own.beta(),
          o -> new LayerSpec.LocalResponse(o.name(), o.k(), o.size(), o.alpha(), beta));
    }
  }

  /** Changes a layer, and all layers of its kind. */
  private <T extends LayerSpec> void each(
      T layer, String what, double value, double right, UnaryOperator<T> change) {
    if (value == right) {
      return;
    }
    found.put(
        told(what, layer.name(), value, right), network.withEachLayer(only(change.apply(layer))));
    @SuppressWarnings("unchecked") // of the same class
    UnaryOperator<LayerSpec> every =
        other -> other.getClass() == layer.getClass() ? change.apply((T) other) : other;
    if (network.allLayers().stream().filter(o -> o.getClass() == layer.getClass()).count() > 1) {
      found.put(told(what, "every " + kind(layer), value, right), network.withEachLayer(every));
    }
  }

  private static String kind(LayerSpec layer) {
    if (layer instanceof LayerSpec.BatchNormalization) {
      return "batch normalization";
    }
    if (layer instanceof LayerSpec.LocalResponse) {
      return "local response normalization";
    }
    return layer instanceof LayerSpec.Dropout
        ? "dropout layer"
        : layer instanceof LayerSpec.Pooling ? "pooling layer" : "activation";
  }

  private static String told(String what, String layer, double value, double right) {
    return String.format(Locale.ROOT, what, layer, Numbers.setting(value), Numbers.setting(right));
  }

  private static UnaryOperator<LayerSpec> only(LayerSpec other) {
    return layer -> layer.name().equals(other.name()) ? other : layer;
  }
}
