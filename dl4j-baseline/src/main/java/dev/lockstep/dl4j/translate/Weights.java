package dev.lockstep.dl4j.translate;

import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.dl4j.ledger.Convention;
import java.util.Set;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.ConstantDistribution;
import org.deeplearning4j.nn.conf.distribution.GaussianDistribution;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.distribution.TruncatedNormalDistribution;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.nn.weights.WeightInitLecunUniform;
import org.deeplearning4j.nn.weights.WeightInitNormal;
import org.deeplearning4j.nn.weights.WeightInitRelu;
import org.deeplearning4j.nn.weights.WeightInitReluUniform;
import org.deeplearning4j.nn.weights.WeightInitSigmoidUniform;
import org.deeplearning4j.nn.weights.WeightInitUniform;
import org.deeplearning4j.nn.weights.WeightInitVarScalingNormalFanAvg;
import org.deeplearning4j.nn.weights.WeightInitVarScalingNormalFanIn;
import org.deeplearning4j.nn.weights.WeightInitVarScalingNormalFanOut;
import org.deeplearning4j.nn.weights.WeightInitVarScalingUniformFanAvg;
import org.deeplearning4j.nn.weights.WeightInitVarScalingUniformFanIn;
import org.deeplearning4j.nn.weights.WeightInitVarScalingUniformFanOut;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.deeplearning4j.nn.weights.WeightInitXavierLegacy;
import org.deeplearning4j.nn.weights.WeightInitXavierUniform;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.databind.JsonNode;

/** Initial values as DL4J's weight initializations, and back. */
public final class Weights {

  /** Deviations and limits are the square roots of fractions: equal to a few units of the last. */
  private static final double ROUNDING = 1e-12;

  /** {@code GaussianDistribution} is the old name of the other. */
  @SuppressWarnings("deprecation")
  private static final Set<String> NORMAL =
      Set.of(NormalDistribution.class.getName(), GaussianDistribution.class.getName());

  private Weights() {}

  /** Returns the classes that {@link #read} knows. */
  @SuppressWarnings("deprecation") // GaussianDistribution
  public static Set<Class<?>> classes() {
    return Set.of(
        WeightInitConstant.class,
        WeightInitDistribution.class,
        WeightInitNormal.class,
        WeightInitRelu.class,
        WeightInitXavier.class,
        WeightInitXavierUniform.class,
        WeightInitXavierLegacy.class,
        WeightInitLecunUniform.class,
        WeightInitReluUniform.class,
        WeightInitSigmoidUniform.class,
        WeightInitUniform.class,
        WeightInitVarScalingNormalFanAvg.class,
        WeightInitVarScalingNormalFanIn.class,
        WeightInitVarScalingNormalFanOut.class,
        WeightInitVarScalingUniformFanAvg.class,
        WeightInitVarScalingUniformFanIn.class,
        WeightInitVarScalingUniformFanOut.class,
        ConstantDistribution.class,
        TruncatedNormalDistribution.class,
        NormalDistribution.class,
        GaussianDistribution.class,
        UniformDistribution.class);
  }

  /**
   * Returns what draws a parameter by its own formula. The distribution is written out: DL4J's
   * {@code WeightInit.XAVIER} is another formula, and its fan-out of a convolution counts the
   * stride.
   *
   * @param conventions left to DL4J's way
   */
  public static IWeightInit of(ParameterSpec parameter, Set<Convention> conventions) {
    return parameter
        .initial()
        .accept(new Writer(parameter.fanIn(), parameter.fanOut(), conventions));
  }

  /** Returns what a user of DL4J takes for the same values. The book's Xavier has another name. */
  public static IWeightInit own(InitialValues initial) {
    return initial.accept(new Named());
  }

  /**
   * Returns the initial values that DL4J's object draws.
   *
   * @param layer for findings
   * @param stride of a convolution, both axes multiplied, otherwise 1
   * @param findings told of what is left to DL4J's way, and of what has no name here
   */
  public static InitialValues read(
      String layer,
      @Nullable IWeightInit weights,
      int fanIn,
      int fanOut,
      int stride,
      Findings findings) {
    if (weights instanceof WeightInitXavier) {
      findings.leftToDl4j(Convention.XAVIER_FORMULA);
      return new InitialValues.Xavier();
    } else if (weights instanceof WeightInitXavierUniform) {
      if (stride > 1) {
        findings.leftToDl4j(Convention.GLOROT_FAN_OUT);
      }
      return new InitialValues.GlorotUniform();
    } else if (weights instanceof WeightInitNormal) {
      return new InitialValues.Xavier();
    } else if (weights instanceof WeightInitRelu) {
      return new InitialValues.He();
    } else if (weights instanceof WeightInitDistribution drawn) {
      return distribution(layer, drawn, fanIn, fanOut, findings);
    }
    InitialValues known = weights == null ? null : byFormula(weights, fanIn, fanOut / stride);
    if (known != null) {
      return known;
    }
    findings.unknown(layer, "initial values " + weights);
    return new InitialValues.He();
  }

  /** What else DL4J's {@code WeightInit} has, by its formula; null for what is not known. */
  private static @Nullable InitialValues byFormula(IWeightInit weights, int in, int out) {
    double both = (double) in + out;
    double scale = setting(weights, "scale", 1);
    if (weights instanceof WeightInitConstant) {
      double value = setting(weights, "value", 0);
      return value == 0 ? new InitialValues.Normal(0) : new InitialValues.Constant(value);
    } else if (weights instanceof WeightInitXavierLegacy) {
      return new InitialValues.Normal(Math.sqrt(1 / both));
    } else if (weights instanceof WeightInitLecunUniform) {
      return upTo(3 / Math.sqrt(in));
    } else if (weights instanceof WeightInitReluUniform) {
      return upTo(Math.sqrt(6.0 / in));
    } else if (weights instanceof WeightInitSigmoidUniform) {
      return upTo(4 * Math.sqrt(6 / both));
    } else if (weights instanceof WeightInitUniform) {
      return upTo(1 / Math.sqrt(in));
    } else if (weights instanceof WeightInitVarScalingNormalFanIn) {
      return new InitialValues.TruncatedNormal(Math.sqrt(scale / in));
    } else if (weights instanceof WeightInitVarScalingNormalFanOut) {
      return new InitialValues.TruncatedNormal(Math.sqrt(scale / out));
    } else if (weights instanceof WeightInitVarScalingNormalFanAvg) {
      return new InitialValues.TruncatedNormal(Math.sqrt(scale * 2 / both));
    } else if (weights instanceof WeightInitVarScalingUniformFanIn) {
      return upTo(3 * scale / Math.sqrt(in));
    } else if (weights instanceof WeightInitVarScalingUniformFanOut) {
      return upTo(3 * scale / Math.sqrt(out));
    } else if (weights instanceof WeightInitVarScalingUniformFanAvg) {
      return upTo(3 * scale / Math.sqrt(both / 2));
    }
    return null;
  }

  private static InitialValues upTo(double limit) {
    return new InitialValues.Uniform(-limit, limit);
  }

  /** Settings are asked of DL4J's mapper, since the classes do not give them out. */
  private static double setting(IWeightInit weights, String name, double otherwise) {
    return NeuralNetConfiguration.mapper().valueToTree(weights).path(name).asDouble(otherwise);
  }

  /** The distribution is asked of DL4J's mapper, since the class does not give it out. */
  private static InitialValues distribution(
      String layer, WeightInitDistribution weights, int fanIn, int fanOut, Findings findings) {
    JsonNode distribution =
        NeuralNetConfiguration.mapper().valueToTree(weights).path("distribution");
    String type = distribution.path("type").asText();
    double deviation = distribution.path("std").asDouble();
    boolean centred = distribution.path("mean").asDouble() == 0;
    if (centred && NORMAL.contains(type)) {
      return normal(deviation, fanIn);
    } else if (centred && type.equals(TruncatedNormalDistribution.class.getName())) {
      return new InitialValues.TruncatedNormal(deviation);
    } else if (type.equals(ConstantDistribution.class.getName())) {
      return new InitialValues.Constant(distribution.path("value").asDouble());
    }
    double limit = Math.sqrt(6.0 / ((double) fanIn + fanOut));
    if (type.equals(UniformDistribution.class.getName())
        && isClose(distribution.path("upper").asDouble(), limit)
        && isClose(-distribution.path("lower").asDouble(), limit)) {
      return new InitialValues.GlorotUniform();
    } else if (type.equals(UniformDistribution.class.getName())) {
      return new InitialValues.Uniform(
          distribution.path("lower").asDouble(), distribution.path("upper").asDouble());
    }
    findings.unknown(layer, "initial values " + distribution);
    return new InitialValues.He();
  }

  private static InitialValues normal(double deviation, int fanIn) {
    if (isClose(deviation, Math.sqrt(1.0 / fanIn))) {
      return new InitialValues.Xavier();
    } else if (isClose(deviation, Math.sqrt(2.0 / fanIn))) {
      return new InitialValues.He();
    }
    return new InitialValues.Normal(deviation);
  }

  private static boolean isClose(double a, double b) {
    return Math.abs(a - b) <= ROUNDING * b;
  }

  private static IWeightInit normally(double deviation) {
    return deviation == 0
        ? new WeightInitConstant(0)
        : new WeightInitDistribution(new NormalDistribution(0, deviation));
  }

  private static IWeightInit uniformly(InitialValues.Uniform initial) {
    return new WeightInitDistribution(new UniformDistribution(initial.from(), initial.to()));
  }

  private static IWeightInit truncated(InitialValues.TruncatedNormal initial) {
    return new WeightInitDistribution(
        new TruncatedNormalDistribution(0, initial.standardDeviation()));
  }

  private record Writer(int fanIn, int fanOut, Set<Convention> conventions)
      implements InitialValues.Visitor<IWeightInit> {

    @Override
    public IWeightInit constant(InitialValues.Constant initial) {
      return new WeightInitConstant(initial.value());
    }

    @Override
    public IWeightInit normal(InitialValues.Normal initial) {
      return normally(initial.standardDeviation());
    }

    @Override
    public IWeightInit xavier(InitialValues.Xavier initial) {
      return conventions.contains(Convention.XAVIER_FORMULA)
          ? new WeightInitXavier()
          : normally(Math.sqrt(1.0 / fanIn));
    }

    @Override
    public IWeightInit he(InitialValues.He initial) {
      return normally(Math.sqrt(2.0 / fanIn));
    }

    @Override
    public IWeightInit glorotUniform(InitialValues.GlorotUniform initial) {
      if (conventions.contains(Convention.GLOROT_FAN_OUT)) {
        return new WeightInitXavierUniform();
      }
      double limit = Math.sqrt(6.0 / ((double) fanIn + fanOut));
      return new WeightInitDistribution(new UniformDistribution(-limit, limit));
    }

    @Override
    public IWeightInit uniform(InitialValues.Uniform initial) {
      return uniformly(initial);
    }

    @Override
    public IWeightInit truncatedNormal(InitialValues.TruncatedNormal initial) {
      return truncated(initial);
    }
  }

  private static final class Named implements InitialValues.Visitor<IWeightInit> {

    @Override
    public IWeightInit constant(InitialValues.Constant initial) {
      return new WeightInitConstant(initial.value());
    }

    @Override
    public IWeightInit normal(InitialValues.Normal initial) {
      return new WeightInitDistribution(new NormalDistribution(0, initial.standardDeviation()));
    }

    @Override
    public IWeightInit xavier(InitialValues.Xavier initial) {
      return WeightInit.XAVIER_FAN_IN.getWeightInitFunction();
    }

    @Override
    public IWeightInit he(InitialValues.He initial) {
      return WeightInit.RELU.getWeightInitFunction();
    }

    @Override
    public IWeightInit glorotUniform(InitialValues.GlorotUniform initial) {
      return WeightInit.XAVIER_UNIFORM.getWeightInitFunction();
    }

    @Override
    public IWeightInit uniform(InitialValues.Uniform initial) {
      return uniformly(initial);
    }

    @Override
    public IWeightInit truncatedNormal(InitialValues.TruncatedNormal initial) {
      return truncated(initial);
    }
  }
}
