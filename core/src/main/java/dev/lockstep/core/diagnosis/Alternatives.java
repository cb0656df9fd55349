package dev.lockstep.core.diagnosis;

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
  private static final double[] FACTORS = {2, 0.5, 10, 0.1};

  private final NetworkSpec network;
  private final Map<String, NetworkSpec> found = new LinkedHashMap<>();

  private Alternatives(NetworkSpec network) {
    this.network = network;
  }

  /** Returns networks whose optimizer or weight decay differs, by what differs. */
  static Map<String, NetworkSpec> ofTraining(NetworkSpec network) {
    Alternatives alternatives = new Alternatives(network);
    alternatives.weightDecay();
    alternatives.optimizers();
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

  /** Returns networks in which every dropout layer differs in the same way, by what differs. */
  static Map<String, NetworkSpec> ofAllDropouts(NetworkSpec network) {
    Alternatives alternatives = new Alternatives(network);
    alternatives.dropouts(
        "every dropout used the share dropped for the share kept",
        dropout -> new LayerSpec.Dropout(dropout.name(), 1 - dropout.ratio(), dropout.inverted()));
    alternatives.dropouts(
        "no dropout scaled",
        dropout -> new LayerSpec.Dropout(dropout.name(), 0, dropout.inverted()));
    return alternatives.found;
  }

  private void dropouts(String what, UnaryOperator<LayerSpec.Dropout> change) {
    found.put(
        what,
        network.withEachLayer(
            layer -> layer instanceof LayerSpec.Dropout dropout ? change.apply(dropout) : layer));
  }

  private void add(String what, double value, double right, NetworkSpec changed) {
    if (value != right) {
      found.putIfAbsent(String.format(Locale.ROOT, what, number(value), number(right)), changed);
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e6
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private void weightDecay() {
    double right = network.weightDecay();
    for (double factor : new double[] {0, 2, 0.5}) {
      NetworkSpec changed = network.withWeightDecay(right * factor);
      add("the weight decay were %s in place of %s", right * factor, right, changed);
    }
  }

  private void optimizers() {
    OptimizerSpec optimizer = network.optimizer();
    LearningRate rate = optimizer.learningRate();
    for (double factor : FACTORS) {
      double initial = rate.initial() * factor;
      add(
          "the learning rate were %s in place of %s",
          initial,
          rate.initial(),
          network.withOptimizer(
              optimizer.withLearningRate(new LearningRate(initial, rate.decay()))));
    }
    if (!(rate.decay() instanceof LearningRate.Decay.None)) {
      found.put(
          "the learning rate did not fall",
          network.withOptimizer(optimizer.withLearningRate(LearningRate.constant(rate.initial()))));
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
              network.withOptimizer(optimizer.withLearningRate(other)));
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

  private void layer(LayerSpec layer) {
    if (layer instanceof LayerSpec.BatchNormalization norm) {
      for (double epsilon : EPSILONS) {
        if (epsilon > 0) {
          replace(
              "the epsilon of " + norm.name() + " were %s in place of %s",
              epsilon,
              norm.epsilon(),
              new LayerSpec.BatchNormalization(
                  norm.name(), norm.momentum(), epsilon, norm.perChannel()));
        }
      }
      for (double momentum : DECAYS) {
        replace(
            "the momentum of " + norm.name() + " were %s in place of %s",
            momentum,
            norm.momentum(),
            new LayerSpec.BatchNormalization(
                norm.name(), momentum, norm.epsilon(), norm.perChannel()));
      }
    } else if (layer instanceof LayerSpec.Dropout dropout) {
      replace(
          dropout.name() + " used %s in place of %s, the share kept for the share dropped",
          1 - dropout.ratio(),
          dropout.ratio(),
          new LayerSpec.Dropout(dropout.name(), 1 - dropout.ratio(), dropout.inverted()));
      found.put(
          dropout.name()
              + (dropout.inverted() ? " were not inverted, as the book's" : " were inverted"),
          network.withEachLayer(
              only(new LayerSpec.Dropout(dropout.name(), dropout.ratio(), !dropout.inverted()))));
      replace(
          dropout.name() + " dropped with ratio %s in place of %s",
          0,
          dropout.ratio(),
          new LayerSpec.Dropout(dropout.name(), 0, dropout.inverted()));
    } else if (layer instanceof LayerSpec.Pooling pool) {
      boolean max = pool.type() == LayerSpec.PoolingType.MAX;
      found.put(
          pool.name() + (max ? " took the average" : " took the maximum"),
          network.withEachLayer(
              only(
                  new LayerSpec.Pooling(
                      pool.name(),
                      max ? LayerSpec.PoolingType.AVERAGE : LayerSpec.PoolingType.MAX,
                      pool.window()))));
    } else if (layer instanceof LayerSpec.Activation activation) {
      for (ActivationFunction function : ActivationFunction.all()) {
        if (!function.equals(activation.function())) {
          found.put(
              activation.name() + " computed " + function.id(),
              network.withEachLayer(only(new LayerSpec.Activation(activation.name(), function))));
        }
      }
    }
  }

  private void replace(String what, double value, double right, LayerSpec other) {
    add(what, value, right, network.withEachLayer(only(other)));
  }

  private static UnaryOperator<LayerSpec> only(LayerSpec other) {
    return layer -> layer.name().equals(other.name()) ? other : layer;
  }
}
