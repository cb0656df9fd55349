package dev.lockstep.dl4j.translate;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.dl4j.book.BookElu;
import dev.lockstep.dl4j.book.BookHardSigmoid;
import dev.lockstep.dl4j.book.BookLeakyRelu;
import dev.lockstep.dl4j.book.StepActivation;
import dev.lockstep.dl4j.ledger.Convention;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** Elementwise functions as DL4J's activations, and back. */
public final class Activations {

  private static final Map<Class<?>, BiFunction<IActivation, Findings, ActivationFunction>>
      READERS = new LinkedHashMap<>();

  static {
    reader(ActivationReLU.class, (relu, findings) -> relu(relu, findings));
    reader(ActivationSigmoid.class, sigmoid -> ActivationFunction.SIGMOID);
    reader(ActivationTanH.class, tanh -> ActivationFunction.TANH);
    reader(ActivationIdentity.class, identity -> ActivationFunction.IDENTITY);
    reader(StepActivation.class, step -> ActivationFunction.STEP);
    reader(BookLeakyRelu.class, book -> new ActivationFunction.LeakyRelu(book.getSlope()));
    reader(
        ActivationLReLU.class,
        (relu, findings) -> {
          findings.leftToDl4j(Convention.ACTIVATION_CONSTANTS);
          return new ActivationFunction.LeakyRelu(relu.getAlpha());
        });
    reader(BookElu.class, book -> new ActivationFunction.Elu(book.getAlpha()));
    reader(
        ActivationELU.class,
        (elu, findings) -> {
          findings.leftToDl4j(Convention.ELU_ALPHA);
          return new ActivationFunction.Elu(elu.getAlpha());
        });
    reader(ActivationSELU.class, selu -> new ActivationFunction.Selu());
    reader(ActivationSoftPlus.class, softplus -> new ActivationFunction.Softplus());
    reader(ActivationSoftSign.class, softsign -> new ActivationFunction.Softsign());
    reader(ActivationSwish.class, swish -> new ActivationFunction.Swish());
    reader(
        ActivationGELU.class,
        (gelu, findings) -> {
          findings.require("activation", "gelu's precise", gelu.isPrecise(), false);
          return new ActivationFunction.Gelu();
        });
    reader(BookHardSigmoid.class, book -> new ActivationFunction.HardSigmoid());
    reader(
        ActivationHardSigmoid.class,
        (hard, findings) -> {
          findings.leftToDl4j(Convention.ACTIVATION_CONSTANTS);
          return new ActivationFunction.HardSigmoid();
        });
  }

  private Activations() {}

  private static <T extends IActivation> void reader(
      Class<T> type, Function<T, ActivationFunction> read) {
    reader(type, (activation, findings) -> read.apply(activation));
  }

  private static <T extends IActivation> void reader(
      Class<T> type, BiFunction<T, Findings, ActivationFunction> read) {
    READERS.put(type, (activation, findings) -> read.apply(type.cast(activation), findings));
  }

  /**
   * Returns DL4J's object; it overwrites what it is applied to.
   *
   * @param conventions left to DL4J's way
   */
  public static IActivation of(ActivationFunction function, Set<Convention> conventions) {
    return function.accept(new Writer(conventions));
  }

  /** Returns the classes that {@link #read} knows. */
  public static Set<Class<?>> classes() {
    return Set.copyOf(READERS.keySet());
  }

  /**
   * Returns the function that DL4J's object computes.
   *
   * @param layer for findings
   * @param findings told of what is left to DL4J's way, and of what has no name here
   */
  public static ActivationFunction read(String layer, IActivation activation, Findings findings) {
    BiFunction<IActivation, Findings, ActivationFunction> reader =
        READERS.get(activation.getClass());
    if (reader == null) {
      findings.unknown(layer, "activation " + activation);
      return ActivationFunction.IDENTITY;
    }
    return reader.apply(activation, findings);
  }

  /** DL4J's ReLU can have a slope, too. */
  private static ActivationFunction relu(ActivationReLU relu, Findings findings) {
    if (relu.equals(new ActivationReLU())) {
      return ActivationFunction.RELU;
    }
    findings.unknown("activation", relu.toString());
    return ActivationFunction.RELU;
  }

  private record Writer(Set<Convention> conventions)
      implements ActivationFunction.Visitor<IActivation> {

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

    @Override
    public IActivation leakyRelu(ActivationFunction.LeakyRelu function) {
      return conventions.contains(Convention.ACTIVATION_CONSTANTS)
          ? new ActivationLReLU(function.slope())
          : new BookLeakyRelu(function.slope());
    }

    @Override
    public IActivation elu(ActivationFunction.Elu function) {
      return conventions.contains(Convention.ELU_ALPHA)
          ? new ActivationELU(function.alpha())
          : new BookElu(function.alpha());
    }

    @Override
    public IActivation selu(ActivationFunction.Selu function) {
      return new ActivationSELU();
    }

    @Override
    public IActivation softplus(ActivationFunction.Softplus function) {
      return new ActivationSoftPlus();
    }

    @Override
    public IActivation softsign(ActivationFunction.Softsign function) {
      return new ActivationSoftSign();
    }

    @Override
    public IActivation swish(ActivationFunction.Swish function) {
      return new ActivationSwish();
    }

    @Override
    public IActivation gelu(ActivationFunction.Gelu function) {
      return new ActivationGELU();
    }

    @Override
    public IActivation hardSigmoid(ActivationFunction.HardSigmoid function) {
      return conventions.contains(Convention.ACTIVATION_CONSTANTS)
          ? new ActivationHardSigmoid()
          : new BookHardSigmoid();
    }
  }
}
