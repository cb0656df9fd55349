package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.translate.TensorConversion;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * The batches of a training plan, from the first step to the last, for a user's own DL4J network:
 * {@code network.fit(iterator)} trains on what both sides of a comparison train on.
 *
 * <p>The plan chooses the order, so nothing is shuffled here; {@code DataSet.shuffle} must not be
 * used at all (it only ever swaps even with odd positions). One pass is the whole run, of however
 * many epochs; {@link #reset()} goes back to the first step.
 */
public final class PlanDataSetIterator implements DataSetIterator {

  private static final long serialVersionUID = 1L;

  private final transient TrainingPlan plan;
  private final DataType type;
  private transient @Nullable DataSetPreProcessor preProcessor;
  private long step = 1;

  /**
   * @param type of features and labels: {@code DOUBLE} for the plan's own numbers, or {@code FLOAT}
   */
  public PlanDataSetIterator(TrainingPlan plan, DataType type) {
    this.plan = plan;
    this.type = type;
  }

  @Override
  public boolean hasNext() {
    return step <= plan.steps();
  }

  @Override
  public DataSet next() {
    if (!hasNext()) {
      throw new NoSuchElementException("expected at most " + plan.steps() + " steps");
    }
    Batch batch = plan.batch(step++);
    DataSet data = new DataSet(array(batch.inputs()), array(batch.targets()));
    if (preProcessor != null) {
      preProcessor.preProcess(data);
    }
    return data;
  }

  private INDArray array(Tensor tensor) {
    long[] shape = IntStream.of(tensor.shape().toArray()).asLongStream().toArray();
    return TensorConversion.toArray(tensor, type, shape);
  }

  /**
   * @throws UnsupportedOperationException always: the plan says how many samples a step has
   */
  @Override
  public DataSet next(int samples) {
    throw new UnsupportedOperationException("the plan says how many samples a step has");
  }

  /** Returns the number of elements of a sample. */
  @Override
  public int inputColumns() {
    return plan.batch(1).inputs().shape().sample().size();
  }

  /** Returns the number of classes. */
  @Override
  public int totalOutcomes() {
    return plan.batch(1).targets().shape().length(1);
  }

  /** Returns the number of samples of the first step; the last of an epoch may have fewer. */
  @Override
  public int batch() {
    return plan.samples(1).length;
  }

  @Override
  public boolean resetSupported() {
    return true;
  }

  @Override
  public void reset() {
    step = 1;
  }

  /** Batches are made in no time from what is in memory. */
  @Override
  public boolean asyncSupported() {
    return false;
  }

  @Override
  public void setPreProcessor(DataSetPreProcessor preProcessor) {
    this.preProcessor = preProcessor;
  }

  @Override
  public @Nullable DataSetPreProcessor getPreProcessor() {
    return preProcessor;
  }

  @Override
  public List<String> getLabels() {
    return LongStream.range(0, totalOutcomes()).mapToObj(Long::toString).toList();
  }
}
