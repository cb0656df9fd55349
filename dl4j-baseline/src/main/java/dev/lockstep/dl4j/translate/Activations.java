package dev.lockstep.dl4j.translate;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.dl4j.book.StepActivation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** Elementwise functions as DL4J's activations, and back. */
public final class Activations {

  private static final Map<Class<?>, Function<IActivation, Optional<ActivationFunction>>> READERS =
      new LinkedHashMap<>();

  static {
    reader(ActivationReLU.class, Activations::relu);
    reader(ActivationSigmoid.class, sigmoid -> Optional.of(ActivationFunction.SIGMOID));
    reader(ActivationTanH.class, tanh -> Optional.of(ActivationFunction.TANH));
    reader(ActivationIdentity.class, identity -> Optional.of(ActivationFunction.IDENTITY));
    reader(StepActivation.class, step -> Optional.of(ActivationFunction.STEP));
  }

  private Activations() {}

  private static <T extends IActivation> void reader(
      Class<T> type, Function<T, Optional<ActivationFunction>> read) {
    READERS.put(type, activation -> read.apply(type.cast(activation)));
  }

  /** Returns DL4J's object; it overwrites what it is applied to. */
  public static IActivation of(ActivationFunction function) {
    return function.accept(new Writer());
  }

  /** Returns the classes that {@link #read} knows. */
  public static Set<Class<?>> classes() {
    return Set.copyOf(READERS.keySet());
  }

  /** Returns the function that DL4J's object computes; empty if it has no name here. */
  public static Optional<ActivationFunction> read(IActivation activation) {
    return READERS
        .getOrDefault(activation.getClass(), unknown -> Optional.empty())
        .apply(activation);
  }

  private static Optional<ActivationFunction> relu(ActivationReLU relu) {
    return relu.equals(new ActivationReLU())
        ? Optional.of(ActivationFunction.RELU)
        : Optional.empty();
  }

  private static final class Writer implements ActivationFunction.Visitor<IActivation> {

    @Override
    public IActivation relu(ActivationFunction.Relu function) {
      return new ActivationReLU();
    }

    @Override
    public IActivation sigmoid(ActivationFunction.Sigmoid function) {
      return new ActivationSigmoid();
    }

    @Override
    public IActivation tanh(ActivationFunction.Tanh function) {
      return new ActivationTanH();
    }

    @Override
    public IActivation identity(ActivationFunction.Identity function) {
      return new ActivationIdentity();
    }

    @Override
    public IActivation step(ActivationFunction.Step function) {
      return new StepActivation();
    }
  }
}
