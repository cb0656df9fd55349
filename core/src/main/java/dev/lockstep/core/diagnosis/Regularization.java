package dev.lockstep.core.diagnosis;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Tensor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Optional;

/** Weight decay of another strength, or on a parameter that has none: gradient + c · W. */
final class Regularization {

  private Regularization() {}

  static Optional<String> explain(Evidence evidence) {
    String path = evidence.tensor().key().path();
    Tensor parameter = evidence.scene().before().tensors().get(path);
    if (evidence.tensor().key().phase() != Phase.BACKWARD
        || parameter == null
        || parameter.size() < 2) {
      return Optional.empty();
    }
    boolean decayed =
        evidence.scene().network().parameters().stream()
            .anyMatch(known -> known.path().equals(path) && known.decayed());
    double right = decayed ? evidence.scene().network().weightDecay() : 0;
    double[] reference = evidence.reference().data();
    double[] difference = new double[reference.length];
    Arrays.setAll(difference, i -> evidence.candidate().data()[i] - reference[i]);
    double added = NamedFactor.leastSquares(parameter.data(), difference);
    if (!Double.isFinite(added)) {
      return Optional.empty();
    }
    double[] predicted = new double[reference.length];
    Arrays.setAll(predicted, i -> reference[i] + added * parameter.data()[i]);
    return evidence.acceptedIf(
        predicted,
        "its weight decay is %s in place of %s".formatted(number(right + added), number(right)));
  }

  /** The strength is fitted, and exact to about so many digits. */
  private static String number(double strength) {
    return new BigDecimal(strength, new MathContext(6)).stripTrailingZeros().toString();
  }
}
