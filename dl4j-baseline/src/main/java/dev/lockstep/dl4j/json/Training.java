package dev.lockstep.dl4j.json;

import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.translate.Findings;
import dev.lockstep.dl4j.translate.Updaters;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;
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

  private final Findings findings;
  private @Nullable IUpdater updater;
  private @Nullable List<Regularization> regularization;

  Training(Findings findings) {
    this.findings = findings;
  }

  /** Returns the classes that a file may name for what is read here. */
  static Set<Class<?>> classes() {
    return Set.of(L2Regularization.class, WeightDecay.class, FixedSchedule.class);
  }

  /**
   * Takes note of a layer with parameters. Constraints for all layers are not found here: in DL4J
   * M2.1 {@code constrainAllParameters} has no effect.
   *
   * @param decayed whether it has weights that weight decay acts on
   */
  void add(String name, BaseLayer layer, boolean decayed) {
    findings.require(
        name,
        "gradient normalization",
        layer.getGradientNormalization() == null
            ? GradientNormalization.None
            : layer.getGradientNormalization(),
        GradientNormalization.None);
    findings.require(name, "weight noise", layer.getWeightNoise(), null);
    if (layer.getConstraints() != null && !layer.getConstraints().isEmpty()) {
      findings.unknown(name, "constraints " + layer.getConstraints());
    }
    if (layer.getRegularizationBias() != null && !layer.getRegularizationBias().isEmpty()) {
      findings.unknown(name, "regularization of biases " + layer.getRegularizationBias());
    }
    if (layer.getBiasUpdater() != null) {
      findings.require(name, "updater of biases", layer.getBiasUpdater(), layer.getIUpdater());
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

  double weightDecay() {
    if (regularization == null || regularization.isEmpty()) {
      return 0;
    }
    Regularization first = regularization.get(0);
    double coefficient = 0;
    int counted = 1;
    if (first instanceof L2Regularization l2) {
      coefficient = constant(l2.getL2());
    } else if (first instanceof WeightDecay decay && decay.isApplyLR()) {
      coefficient = constant(decay.getCoeff());
      findings.leftToDl4j(Convention.DECAY_AFTER_UPDATER);
      if (regularization.equals(List.of(first, first))) {
        // what a setting for all layers becomes
        findings.leftToDl4j(Convention.GLOBAL_DECAY_TWICE);
        counted = 2;
      }
    }
    if (coefficient == 0 || regularization.size() != counted) {
      findings.unknown("every layer", "regularization " + regularization);
    }
    return coefficient;
  }

  /** Returns the value of a schedule that does not change, otherwise 0. */
  private static double constant(ISchedule schedule) {
    return schedule instanceof FixedSchedule fixed ? fixed.getValue() : 0;
  }

  OptimizerSpec optimizer() {
    return Updaters.read(updater, findings);
  }
}
