package dev.lockstep.dl4j.open;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.translate.TensorConversion;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Tensors of sequences and DL4J's arrays of them.
 *
 * <p>A tensor is samples × … × steps, a number that is not there NaN: a sequence that is over, a
 * step for which no answer is asked. DL4J has 0 in such a place and a mask of samples × steps
 * beside the array. A layer that sees each step by itself gets all steps of all samples as rows,
 * those of the first step first; as a tensor they are samples × … × steps too.
 *
 * @param samples of the batch
 * @param steps of one sequence; 1 where there are none
 * @param there samples × steps, 1 where a sequence is not over; null where none is over early
 */
record Sequences(int samples, int steps, @Nullable Tensor there) {

  /**
   * @param inputs samples × features × steps; of any other rank it holds no sequences
   */
  static Sequences of(Tensor inputs) {
    int samples = inputs.shape().length(0);
    return inputs.shape().rank() == 3
        ? new Sequences(samples, inputs.shape().length(2), there(inputs))
        : new Sequences(samples, 1, null);
  }

  /** Returns samples × steps, 0 where all features of a step are NaN; null if nothing is. */
  static @Nullable Tensor there(Tensor sequences) {
    Shape shape = sequences.shape();
    int steps = shape.length(shape.rank() - 1);
    int samples = shape.length(0);
    int length = sequences.size() / samples;
    Tensor there = Tensor.zeros(Shape.of(samples, steps));
    boolean all = true;
    for (int sample = 0; sample < samples; sample++) {
      for (int step = 0; step < steps; step++) {
        boolean is = false;
        for (int i = step; i < length; i += steps) {
          is |= !Double.isNaN(sequences.data()[sample * length + i]);
        }
        there.data()[sample * steps + step] = is ? 1 : 0;
        all &= is;
      }
    }
    return all ? null : there;
  }

  /** Returns an array with 0 for what is not there. */
  static INDArray array(Tensor tensor, DataType type, long... shape) {
    double[] numbers = tensor.data().clone();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Double.isNaN(numbers[i]) ? 0 : numbers[i];
    }
    return TensorConversion.toArray(Tensor.of(tensor.shape(), numbers), type, shape);
  }

  static @Nullable INDArray mask(@Nullable Tensor there, DataType type) {
    return there == null
        ? null
        : TensorConversion.toArray(there, type, there.shape().length(0), there.shape().length(1));
  }

  /** Returns the shape of one sample of an array that a layer puts out. */
  Shape sample(long[] shape) {
    int[] lengths = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
    if (!hasStepsAsRows(shape)) {
      return lengths.length == 1
          ? Shape.of(1)
          : Shape.of(Arrays.copyOfRange(lengths, 1, lengths.length));
    }
    int[] last = Arrays.copyOfRange(lengths, 1, lengths.length + 1);
    last[lengths.length - 1] = steps;
    return Shape.of(last);
  }

  private boolean hasStepsAsRows(long[] shape) {
    return steps > 1 && shape[0] == (long) samples * steps;
  }

  /** Returns an array as samples × …, with 0 where a sequence is over. */
  Tensor tensor(INDArray array) {
    Shape sample = sample(array.shape());
    if (!hasStepsAsRows(array.shape())) {
      Tensor tensor = TensorConversion.toTensor(array, sample.batchOf(samples));
      if (sample.rank() == 2 && sample.length(1) == steps) {
        erase(tensor);
      }
      return tensor;
    }
    int length = sample.size() / steps;
    Tensor rows = TensorConversion.toTensor(array, Shape.of(samples * steps, length));
    Tensor tensor = Tensor.zeros(sample.batchOf(samples));
    for (int step = 0; step < steps; step++) {
      for (int n = 0; n < samples; n++) {
        for (int i = 0; i < length; i++) {
          tensor.data()[(n * length + i) * steps + step] =
              rows.data()[(step * samples + n) * length + i];
        }
      }
    }
    erase(tensor);
    return tensor;
  }

  private void erase(Tensor tensor) {
    if (there == null) {
      return;
    }
    int length = tensor.size() / samples;
    for (int i = 0; i < tensor.size(); i++) {
      if (there.data()[i / length * steps + i % steps] == 0) {
        tensor.data()[i] = 0;
      }
    }
  }

  /** Returns a tensor of samples × … as an array of the shape that a layer has it in. */
  INDArray arrayLike(Tensor tensor, INDArray like) {
    if (!hasStepsAsRows(like.shape())) {
      return TensorConversion.toArray(tensor, like.dataType(), like.shape());
    }
    int length = tensor.size() / samples / steps;
    Tensor rows = Tensor.zeros(Shape.of(samples * steps, length));
    for (int step = 0; step < steps; step++) {
      for (int n = 0; n < samples; n++) {
        for (int i = 0; i < length; i++) {
          rows.data()[(step * samples + n) * length + i] =
              tensor.data()[(n * length + i) * steps + step];
        }
      }
    }
    return TensorConversion.toArray(rows, like.dataType(), like.shape());
  }
}
