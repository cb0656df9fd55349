package dev.lockstep.dl4j.translate;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.dl4j.book.BookBinaryCrossEntropy;
import dev.lockstep.dl4j.book.BookCrossEntropy;
import dev.lockstep.dl4j.book.BookSumOfSquares;
import dev.lockstep.dl4j.book.ClippedBinaryCrossEntropy;
import dev.lockstep.dl4j.ledger.Convention;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/** Losses as DL4J's loss functions, and back. */
public final class Losses {

  private static final Map<Class<?>, BiFunction<ILossFunction, Settings, LossSpec>> READERS =
      new LinkedHashMap<>();

  static {
    reader(
        BookCrossEntropy.class,
        (book, settings) ->
            new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, book.getStabilizer()));
    reader(LossMCXENT.class, Losses::crossEntropy);
    reader(LossNegativeLogLikelihood.class, Losses::crossEntropy);
    reader(
        BookSumOfSquares.class, (book, settings) -> new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0));
    reader(
        LossL2.class,
        (squares, settings) -> {
          settings.require("loss weights", squares.getWeights(), null);
          settings.findings().leftToDl4j(Convention.SQUARED_ERROR_SCALE);
          return new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0);
        });
    reader(
        LossMSE.class,
        (squares, settings) -> {
          settings.require("loss weights", squares.getWeights(), null);
          return new LossSpec(LossSpec.Type.MEAN_SQUARED, 0);
        });
  }

  static {
    reader(
        LossL1.class,
        (absolutes, settings) -> {
          settings.require("loss weights", absolutes.getWeights(), null);
          return new LossSpec(LossSpec.Type.SUM_OF_ABSOLUTES, 0);
        });
    reader(
        LossMAE.class,
        (absolutes, settings) -> {
          settings.require("loss weights", absolutes.getWeights(), null);
          return new LossSpec(LossSpec.Type.MEAN_ABSOLUTE, 0);
        });
    reader(
        BookBinaryCrossEntropy.class,
        (book, settings) ->
            new LossSpec(LossSpec.Type.SIGMOID_CROSS_ENTROPY, book.getStabilizer()));
    reader(LossBinaryXENT.class, Losses::clipped);
    reader(ClippedBinaryCrossEntropy.class, Losses::clipped);
  }

  /** Where settings that are known with one value only are told. */
  private record Settings(String layer, Findings findings) {
    void require(String setting, @Nullable Object found, @Nullable Object known) {
      findings.require(layer, setting, found, known);
    }
  }

  private Losses() {}

  private static <T extends ILossFunction> void reader(
      Class<T> type, BiFunction<T, Settings, LossSpec> read) {
    READERS.put(type, (function, settings) -> read.apply(type.cast(function), settings));
  }

  private static LossSpec crossEntropy(LossMCXENT function, Settings settings) {
    settings.require("loss weights", function.getWeights(), null);
    settings.require(
        "softmaxClipEps", function.getSoftmaxClipEps(), new LossMCXENT().getSoftmaxClipEps());
    settings.findings().leftToDl4j(Convention.CROSS_ENTROPY_CLIPPING);
    return new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER);
  }

  private static LossSpec clipped(LossBinaryXENT binary, Settings settings) {
    settings.require("loss weights", binary.getWeights(), null);
    settings.require("clipEps", binary.getClipEps(), new LossBinaryXENT().getClipEps());
    settings.findings().leftToDl4j(Convention.BINARY_CLIPPING);
    return new LossSpec(LossSpec.Type.SIGMOID_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER);
  }

  /** Returns the classes that {@link #read} knows. */
  public static Set<Class<?>> classes() {
    Set<Class<?>> classes = new HashSet<>(READERS.keySet());
    classes.add(ActivationSoftmax.class);
    return classes;
  }

  /**
   * Returns the loss that DL4J's function computes.
   *
   * @param layer for findings
   * @param findings told of what is left to DL4J's way, and of what has no name here
   */
  public static LossSpec read(String layer, ILossFunction function, Findings findings) {
    BiFunction<ILossFunction, Settings, LossSpec> reader = READERS.get(function.getClass());
    if (reader == null) {
      findings.unknown(layer, "loss " + function);
      return new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0);
    }
    return reader.apply(function, new Settings(layer, findings));
  }

  /**
   * Returns DL4J's loss function.
   *
   * @param conventions left to DL4J's way
   */
  public static ILossFunction of(LossSpec loss, Set<Convention> conventions) {
    return switch (loss.type()) {
      case SOFTMAX_CROSS_ENTROPY ->
          conventions.contains(Convention.CROSS_ENTROPY_CLIPPING)
              ? new LossMCXENT()
              : new BookCrossEntropy(loss.stabilizer());
      case SUM_OF_SQUARES ->
          conventions.contains(Convention.SQUARED_ERROR_SCALE)
              ? new LossL2()
              : new BookSumOfSquares();
      case OPEN ->
          throw new UsageException(
              "dl4j: the loss is open: only the network's own file says what it computes");
      case MEAN_SQUARED -> new LossMSE();
      case SUM_OF_ABSOLUTES -> new LossL1();
      case MEAN_ABSOLUTE -> new LossMAE();
      case SIGMOID_CROSS_ENTROPY ->
          conventions.contains(Convention.BINARY_CLIPPING)
              ? new ClippedBinaryCrossEntropy()
              : new BookBinaryCrossEntropy(loss.stabilizer());
    };
  }

  /** Returns what DL4J's loss layer applies before the loss. */
  public static IActivation activation(LossSpec loss) {
    return switch (loss.type().output()) {
      case IDENTITY -> new ActivationIdentity();
      case SOFTMAX -> new ActivationSoftmax();
      case SIGMOID -> new ActivationSigmoid();
    };
  }
}
