package dev.lockstep.experiments.verify;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.Adjustments;
import dev.lockstep.core.network.Adjustments.Clipping;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LearningRate.Decay;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.wording.TypeNames;
import dev.lockstep.experiments.verify.Networks.Form;
import java.util.ArrayList;
import java.util.List;

/** Everything that a {@link NetworkSpec} can be made of, in the order of the table. */
public final class Parts {

  private static final double WEIGHT_DECAY = 0.1;

  private final List<Part> parts = new ArrayList<>();

  private Parts() {}

  /** Returns all parts. */
  public static List<Part> all() {
    Parts all = new Parts();
    all.parts.addAll(Layers.parts());
    all.activations();
    all.losses();
    all.initialValues();
    all.optimizers();
    all.schedules();
    all.weightDecay();
    all.adjustments();
    return List.copyOf(all.parts);
  }

  private void activations() {
    for (ActivationFunction function : ActivationFunction.all()) {
      for (Form form : Form.values()) {
        add(
            "activation",
            function.id() + ", " + form.id(),
            Networks.of(form, function, new InitialValues.He()));
      }
    }
    ActivationFunction elu = new ActivationFunction.Elu(0.5);
    add("activation", "elu with alpha 0.5", Networks.of(Form.DENSE, elu, new InitialValues.He()));
  }

  private void losses() {
    for (LossSpec loss : lossSpecs()) {
      String stabilized = loss.stabilizer() > 0 ? " with a stabilizer" : "";
      for (Form form : Form.values()) {
        add(
            "loss",
            loss.type().id() + stabilized + ", " + form.id(),
            Networks.with(Networks.of(form), loss));
      }
    }
  }

  private static List<LossSpec> lossSpecs() {
    List<LossSpec> losses = new ArrayList<>();
    losses.add(new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER));
    losses.add(new LossSpec(LossSpec.Type.SIGMOID_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER));
    for (LossSpec.Type type : LossSpec.Type.known()) {
      losses.add(new LossSpec(type, 0));
    }
    return losses;
  }

  /** Returns one of each distribution. */
  static List<InitialValues> initials() {
    return List.of(
        new InitialValues.Normal(0.01),
        new InitialValues.Xavier(),
        new InitialValues.He(),
        new InitialValues.GlorotUniform(),
        new InitialValues.Uniform(-0.1, 0.2),
        new InitialValues.TruncatedNormal(0.05));
  }

  private void initialValues() {
    for (InitialValues initial : initials()) {
      for (Form form : Form.values()) {
        add(
            "initial",
            TypeNames.of(initial) + ", " + form.id(),
            Networks.of(form, ActivationFunction.SIGMOID, initial));
      }
    }
  }

  /**
   * Returns one of each optimizer that has a learning rate, at rates that the book trains MNIST
   * with.
   */
  static List<OptimizerSpec> optimizerSpecs(Decay decay) {
    LearningRate rate = new LearningRate(0.01, decay);
    LearningRate small = new LearningRate(0.001, decay);
    return List.of(
        new OptimizerSpec.Sgd(rate),
        new OptimizerSpec.Momentum(rate, 0.9),
        new OptimizerSpec.Nesterov(rate, 0.9, false),
        new OptimizerSpec.Nesterov(rate, 0.9, true),
        new OptimizerSpec.AdaGrad(rate, OptimizerSpec.BOOK_EPSILON),
        new OptimizerSpec.RmsProp(small, 0.99, OptimizerSpec.BOOK_EPSILON),
        new OptimizerSpec.Adam(small, 0.9, 0.999, OptimizerSpec.BOOK_EPSILON),
        new OptimizerSpec.AmsGrad(small, 0.9, 0.999, OptimizerSpec.BOOK_EPSILON),
        new OptimizerSpec.Nadam(small, 0.9, 0.999, OptimizerSpec.BOOK_EPSILON),
        new OptimizerSpec.AdaMax(small, 0.9, 0.999));
  }

  private void optimizers() {
    List<OptimizerSpec> optimizers = new ArrayList<>(optimizerSpecs(new Decay.None()));
    optimizers.add(new OptimizerSpec.AdaDelta(LearningRate.constant(1), 0.95, 1e-6));
    for (OptimizerSpec optimizer : optimizers) {
      for (Form form : Form.values()) {
        add(
            "optimizer",
            optimizerName(optimizer) + ", " + form.id(),
            Networks.with(Networks.of(form), optimizer));
      }
    }
  }

  private static List<Decay> decays() {
    return List.of(
        new Decay.Step(0.5, 7),
        new Decay.Exponential(0.9),
        new Decay.InverseTime(0.1, 0.75),
        new Decay.Polynomial(15, 2),
        new Decay.Steps(
            List.of(new Decay.Steps.Change(5, 0.003), new Decay.Steps.Change(9, 0.001))));
  }

  /** With every optimizer: each computes its updates from the rate in its own way. */
  private void schedules() {
    add("schedule", TypeNames.of(new Decay.None()), Networks.of(Form.DENSE));
    for (Decay decay : decays()) {
      for (OptimizerSpec optimizer : optimizerSpecs(decay)) {
        add(
            "schedule",
            TypeNames.of(decay) + ", " + optimizerName(optimizer),
            Networks.with(Networks.of(Form.DENSE), optimizer));
      }
    }
  }

  private void weightDecay() {
    for (Form form : Form.values()) {
      add("weight decay", form.id(), Networks.decayed(Networks.of(form), WEIGHT_DECAY));
    }
    for (OptimizerSpec optimizer : optimizerSpecs(new Decay.None())) {
      add(
          "weight decay",
          "with " + optimizerName(optimizer),
          Networks.decayed(Networks.with(Networks.of(Form.DENSE), optimizer), WEIGHT_DECAY));
    }
  }

  /** With L1 alone and with both terms, each way of clipping, and a rate of biases. */
  private void adjustments() {
    for (Form form : Form.values()) {
      NetworkSpec network = Networks.of(form);
      add("l1", form.id(), network.withAdjustments(new Adjustments(0.01, NO_CLIPPING, 1)));
      add(
          "bias rate",
          form.id(),
          Networks.decayed(network, WEIGHT_DECAY)
              .withAdjustments(new Adjustments(0.001, NO_CLIPPING, 2)));
    }
    for (Clipping.Kind kind : Clipping.Kind.values()) {
      if (kind != Clipping.Kind.NONE) {
        add(
            "clipping",
            kind.id(),
            Networks.decayed(Networks.of(Form.CONVOLUTIONAL), WEIGHT_DECAY)
                .withAdjustments(new Adjustments(0, clipping(kind), 1)));
      }
    }
  }

  /** Unit norms have no threshold. */
  private static Clipping clipping(Clipping.Kind kind) {
    return switch (kind) {
      case NONE, UNIT_LAYER, UNIT_PARAMETER -> new Clipping(kind, 1);
      case ELEMENTS, LAYER, PARAMETER -> new Clipping(kind, 0.01);
    };
  }

  private static final Clipping NO_CLIPPING = Adjustments.NONE.clipping();

  private void add(String kind, String name, NetworkSpec network) {
    parts.add(new Part(kind, name, network));
  }

  static String optimizerName(OptimizerSpec optimizer) {
    boolean printed = optimizer instanceof OptimizerSpec.Nesterov nesterov && nesterov.printed();
    return TypeNames.of(optimizer) + (printed ? " as printed" : "");
  }
}
