package dev.lockstep.core.plan;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * Everything that is chosen at random in one run: initial values, the order of the samples, how
 * images are changed, dropout masks. Both sides of a comparison replay the same plan; neither draws
 * anything itself.
 *
 * <p>Steps count from 1.
 */
public final class TrainingPlan {

  private final NetworkSpec network;
  private final TrainingSpec training;
  private final Split train;
  private final RandomStreams streams;
  private final ModelState given;
  private final Map<Long, int[]> epochOrder = new LinkedHashMap<>();

  /**
   * @param train the samples that batches are taken from
   * @param seed of every stream
   * @throws IllegalArgumentException if there are no samples
   */
  public TrainingPlan(NetworkSpec network, TrainingSpec training, Split train, long seed) {
    this(network, training, train, seed, new ModelState(0, Map.of()));
  }

  /**
   * @param given tensors of the first state by path, in place of those that would be drawn, and how
   *     many steps were taken before it
   * @throws IllegalArgumentException if there are no samples
   */
  public TrainingPlan(
      NetworkSpec network, TrainingSpec training, Split train, long seed, ModelState given) {
    if (train.size() == 0) {
      throw new IllegalArgumentException("expected at least one sample to train on, found none");
    }
    this.given = given;
    this.network = network;
    this.training = training;
    this.train = train;
    this.streams = new RandomStreams(seed);
  }

  /** Returns the streams of this plan, for consumers with a name of their own. */
  public RandomStreams streams() {
    return streams;
  }

  /** Returns the number of steps of the whole run. */
  public long steps() {
    return training.steps(train.size());
  }

  /** Returns the number of steps that make up an epoch. */
  public long stepsPerEpoch() {
    return training.stepsPerEpoch(train.size());
  }

  /**
   * Returns parameters as drawn, optimizer state and statistics zero, no step taken, unless another
   * state was given.
   */
  public ModelState initialState() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network.state().forEach((path, shape) -> tensors.put(path, Tensor.zeros(shape)));
    for (ParameterSpec parameter : network.parameters()) {
      tensors.put(parameter.path(), initialValue(parameter));
    }
    given.tensors().forEach(tensors::replace);
    return new ModelState(given.step(), tensors);
  }

  private Tensor initialValue(ParameterSpec parameter) {
    UniformRandomProvider random = streams.stream("initial/" + parameter.path(), 0);
    DoubleSupplier source =
        parameter.initial().accept(new Distribution(parameter.fanIn(), parameter.fanOut(), random));
    Tensor tensor = Tensor.zeros(parameter.shape());
    double[] values = tensor.data();
    for (int i = 0; i < values.length; i++) {
      values[i] = source.getAsDouble();
    }
    return tensor;
  }

  /** Where the numbers of a parameter come from. */
  private record Distribution(int fanIn, int fanOut, UniformRandomProvider random)
      implements InitialValues.Visitor<DoubleSupplier> {

    @Override
    public DoubleSupplier constant(InitialValues.Constant initial) {
      return initial::value;
    }

    @Override
    public DoubleSupplier normal(InitialValues.Normal initial) {
      return normal(initial.standardDeviation());
    }

    private DoubleSupplier normal(double deviation) {
      ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
      return () -> deviation * normal.sample();
    }

    @Override
    public DoubleSupplier xavier(InitialValues.Xavier initial) {
      return normal(Math.sqrt(1.0 / fanIn));
    }

    @Override
    public DoubleSupplier he(InitialValues.He initial) {
      return normal(Math.sqrt(2.0 / fanIn));
    }

    @Override
    public DoubleSupplier glorotUniform(InitialValues.GlorotUniform initial) {
      double limit = Math.sqrt(6.0 / ((double) fanIn + fanOut));
      return () -> limit * (2 * random.nextDouble() - 1);
    }

    @Override
    public DoubleSupplier uniform(InitialValues.Uniform initial) {
      double width = initial.to() - initial.from();
      return () -> initial.from() + width * random.nextDouble();
    }

    @Override
    public DoubleSupplier truncatedNormal(InitialValues.TruncatedNormal initial) {
      DoubleSupplier normal = normal(1);
      return () -> {
        double z = normal.getAsDouble();
        while (Math.abs(z) > 2) {
          z = normal.getAsDouble();
        }
        return initial.standardDeviation() * z;
      };
    }
  }

  /** Returns which training samples a step sees, by their position in the data set. */
  public int[] samples(long step) {
    if (step < 1) {
      throw new IllegalArgumentException("steps count from 1, found " + step);
    }
    int batch = training.batchSize();
    int size = train.size();
    switch (training.order()) {
      case DRAWN -> {
        UniformRandomProvider random = streams.stream("order", step);
        int[] samples = new int[batch];
        for (int i = 0; i < batch; i++) {
          samples[i] = random.nextInt(size);
        }
        return samples;
      }
      case SHUFFLED -> {
        long epoch = (step - 1) / stepsPerEpoch();
        int from = (int) ((step - 1) % stepsPerEpoch()) * batch;
        int to = Math.min(from + batch, size);
        return Arrays.copyOfRange(orderOf(epoch), from, to);
      }
      case FIXED -> {
        int[] samples = new int[batch];
        for (int i = 0; i < batch; i++) {
          samples[i] = (int) (((step - 1) * batch + i) % size);
        }
        return samples;
      }
    }
    throw new IllegalStateException("an order without a rule: " + training.order());
  }

  /** Keeps the order of the current epoch only: any other can be drawn again. */
  private synchronized int[] orderOf(long epoch) {
    int[] known = epochOrder.get(epoch);
    if (known == null) {
      epochOrder.clear();
      known = streams.permutation("order", epoch, train.size());
      epochOrder.put(epoch, known);
    }
    return known;
  }

  /** Returns what a step trains on. */
  public Batch batch(long step) {
    Batch batch = train.batch(step, samples(step), network.input());
    Tensor inputs = training.augmentation().apply(batch.inputs(), train.image(), streams, step);
    return new Batch(step, inputs, batch.targets());
  }

  /** Returns the dropout masks of a step. */
  public Masks masks(long step) {
    return (layer, ratio, shape) -> {
      UniformRandomProvider random = streams.stream("dropout/" + layer, step);
      Tensor mask = Tensor.zeros(shape);
      double[] keep = mask.data();
      for (int i = 0; i < keep.length; i++) {
        keep[i] = random.nextDouble() > ratio ? 1 : 0;
      }
      return mask;
    };
  }
}
