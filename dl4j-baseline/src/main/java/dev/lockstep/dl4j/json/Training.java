package dev.lockstep.dl4j.json;

import dev.lockstep.core.network.Adjustments;
import dev.lockstep.core.network.Adjustments.Clipping;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.translate.Clippings;
import dev.lockstep.dl4j.translate.Findings;
import dev.lockstep.dl4j.translate.Updaters;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * How the layers of a configuration are trained. DL4J says it layer by layer, a specification once,
 * so all layers have to agree.
 */
final class Training {

  private static final OptimizerSpec NONE = new OptimizerSpec.Sgd(LearningRate.constant(0));

  private final Findings findings;
  private @Nullable IUpdater updater;
  private @Nullable List<Regularization> regularization;
  private @Nullable Clipping clipping;
  private double biasRate;
  private double l1;

  Training(Findings findings) {
    this.findings = findings;
  }

  /** Returns the classes that a file may name for what is read here. */
  static Set<Class<?>> classes() {
    return Set.of(
        L1Regularization.class, L2Regularization.class, WeightDecay.class, FixedSchedule.class);
  }

  /**
   * Takes note of a layer with parameters. Constraints for all layers are not found here: in DL4J
   * M2.1 {@code constrainAllParameters} has no effect.
   *
   * @param decayed whether it has weights that weight decay acts on
   */
  void add(String name, BaseLayer layer, boolean decayed) {
    addClipping(name, layer, decayed);
    findings.require(name, "weight noise", layer.getWeightNoise(), null);
    if (layer.getConstraints() != null && !layer.getConstraints().isEmpty()) {
      findings.unknown(name, "constraints " + layer.getConstraints());
    }
    if (layer.getRegularizationBias() != null && !layer.getRegularizationBias().isEmpty()) {
      findings.unknown(name, "regularization of biases " + layer.getRegularizationBias());
    }
    if (decayed) {
      addBiasRate(name, layer);
    }
    if (updater == null) {
      updater = layer.getIUpdater();
    }
    findings.require(name, "an updater of its own,", layer.getIUpdater(), updater);
    if (decayed) {
      addRegularization(name, layer.getRegularization());
    }
  }

  private void addRegularization(String name, @Nullable List<Regularization> own) {
    List<Regularization> terms = own == null ? List.of() : own;
    if (regularization == null) {
      regularization = terms;
    }
    findings.require(name, "regularization of its own,", terms, regularization);
  }

  /**
   * In DL4J a layer's norm counts the running statistics of batch normalization, and clipping acts
   * on what they move by.
   */
  private void addClipping(String name, BaseLayer layer, boolean decayed) {
    GradientNormalization normalization = layer.getGradientNormalization();
    Clipping own =
        normalization == null
            ? Adjustments.NONE.clipping()
            : Clippings.read(normalization, layer.getGradientNormalizationThreshold());
    if (!decayed) {
      if (own.kind() != Clipping.Kind.NONE) {
        findings.unknown(
            name,
            "gradient normalization %s of batch normalization, which in DL4J changes the running"
                    .formatted(normalization)
                + " statistics too");
      }
      return;
    }
    if (clipping == null) {
      clipping = own;
    }
    if (!own.equals(clipping)) {
      findings.unknown(name, "a gradient normalization of its own, " + normalization);
    }
  }

  /** Takes note of an updater of biases that is the layer's own but for the rate. */
  private void addBiasRate(String name, BaseLayer layer) {
    double rate = 1;
    IUpdater ofBias = layer.getBiasUpdater();
    if (ofBias != null && !ofBias.equals(layer.getIUpdater())) {
      OptimizerSpec weights = Updaters.read(layer.getIUpdater(), findings);
      OptimizerSpec biases = Updaters.read(ofBias, findings);
      rate = biases.learningRate().initial() / weights.learningRate().initial();
      if (!isMultiple(biases, weights, rate)) {
        findings.unknown(name, "updater of biases " + ofBias);
      }
    }
    if (biasRate == 0) {
      biasRate = rate;
    }
    findings.require(name, "a rate of biases of its own,", rate, biasRate);
  }

  private static boolean isMultiple(OptimizerSpec biases, OptimizerSpec weights, double rate) {
    return rate > 0
        && Double.isFinite(rate)
        && weights.withLearningRate(biases.learningRate()).equals(biases)
        && weights.learningRate().times(rate).decay().equals(biases.learningRate().decay());
  }

  Adjustments adjustments() {
    return new Adjustments(
        l1,
        clipping == null ? Adjustments.NONE.clipping() : clipping,
        biasRate == 0 ? 1 : biasRate);
  }

  /** Reads the terms; L1 is kept for {@link #adjustments}. */
  double weightDecay() {
    double coefficient = 0;
    List<Regularization> terms = regularization == null ? List.of() : regularization;
    for (int i = 0; i < terms.size(); i++) {
      Regularization term = terms.get(i);
      double own = 0;
      if (term instanceof L2Regularization l2) {
        own = constant(l2.getL2());
        coefficient += own;
      } else if (term instanceof L1Regularization one && l1 == 0) {
        own = constant(one.getL1());
        l1 = own;
      } else if (term instanceof WeightDecay decay && decay.isApplyLR() && coefficient == 0) {
        own = constant(decay.getCoeff());
        coefficient = own;
        findings.leftToDl4j(Convention.DECAY_AFTER_UPDATER);
        if (i + 1 < terms.size() && terms.get(i + 1).equals(term)) {
          // what a setting for all layers becomes
          findings.leftToDl4j(Convention.GLOBAL_DECAY_TWICE);
          i++;
        }
      }
      if (own == 0) {
        findings.unknown("every layer", "regularization " + terms);
      }
    }
    return coefficient;
  }

  /** Returns the value of a schedule that does not change, otherwise 0. */
  private static double constant(ISchedule schedule) {
    return schedule instanceof FixedSchedule fixed ? fixed.getValue() : 0;
  }

  OptimizerSpec optimizer() {
    if (updater == null) {
      if (findings.allKnown()) {
        findings.unknown("the network", "nothing that is trained");
      }
      return NONE;
    }
    return Updaters.read(updater, findings);
  }
}
