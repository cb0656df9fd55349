package dev.lockstep.experiments.bench;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.digits.SyntheticDigits;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.scratch.ScratchProvider;
import dev.lockstep.scratch.book.learning.NumericalGradientProvider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * What is done again and again while the clock runs. Batches and masks are drawn beforehand: the
 * plan that both sides replay belongs to neither.
 *
 * @param samples of a batch
 * @param once handles the next batch; what it returns depends on all that was computed
 */
record Work(int samples, DoubleSupplier once, Runnable end) {

  /** Enough for the batches to come from memory, as in training, and not from the cache. */
  private static final int BATCHES = 20;

  private static final int TRAINING_IMAGES = 2_000;
  private static final int TEST_IMAGES = 100;

  /** Returns the images that are trained on: drawn, so that nothing has to be downloaded. */
  static Dataset dataset() {
    return SyntheticDigits.dataset(SyntheticDigits.DEFAULT_SEED, TRAINING_IMAGES, TEST_IMAGES);
  }

  static Work of(Job job) {
    Experiment experiment = job.subject().experiment();
    if (job.contender() == Contender.LIMIT) {
      Products products =
          new Products(Product.of(experiment, job.task()), Blas.chosen().implementation());
      return new Work(experiment.training().batchSize(), products::multiply, () -> {});
    }
    TrainingPlan plan =
        new TrainingPlan(
            experiment.network(), experiment.training(), dataset().train(), experiment.seed());
    Model model = provider(job).create(experiment.network());
    model.restore(plan.initialState());
    DoubleSupplier once =
        job.task() == Task.TRAINING ? new Steps(model, plan) : new Predictions(model, plan);
    return new Work(experiment.training().batchSize(), once, model::close);
  }

  private static ModelProvider provider(Job job) {
    return switch (job.contender()) {
      case SCRATCH -> new ScratchProvider(Blas.chosen().implementation(), job.threads());
      case NUMERICAL -> new NumericalGradientProvider();
      case DL4J, DL4J_FLOAT -> Dl4jProvider.aligned(job.contender().precision());
      default -> throw new IllegalArgumentException(job.contender() + " is not measured in Java");
    };
  }

  /** Returns masks that are drawn at the first call and then the same. */
  private static Masks remembered(Masks masks) {
    Map<String, Tensor> drawn = new LinkedHashMap<>();
    return (layer, ratio, shape) ->
        drawn.computeIfAbsent(layer, unseen -> masks.mask(layer, ratio, shape));
  }

  private static final class Steps implements DoubleSupplier {

    private final Model model;
    private final List<Batch> batches = new ArrayList<>();
    private final List<Masks> masks = new ArrayList<>();
    private int taken;

    Steps(Model model, TrainingPlan plan) {
      this.model = model;
      for (int i = 1; i <= BATCHES; i++) {
        batches.add(plan.batch(i));
        masks.add(remembered(plan.masks(i)));
      }
    }

    @Override
    public double getAsDouble() {
      int next = taken++ % BATCHES;
      return model.step(batches.get(next), masks.get(next), Observer.NONE);
    }
  }

  private static final class Predictions implements DoubleSupplier {

    private final Model model;
    private final List<Tensor> inputs = new ArrayList<>();
    private int taken;

    Predictions(Model model, TrainingPlan plan) {
      this.model = model;
      for (int i = 1; i <= BATCHES; i++) {
        inputs.add(plan.batch(i).inputs());
      }
    }

    @Override
    public double getAsDouble() {
      return model.predict(inputs.get(taken++ % BATCHES)).data()[0];
    }
  }
}
