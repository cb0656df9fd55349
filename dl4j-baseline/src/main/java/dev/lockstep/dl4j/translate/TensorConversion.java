package dev.lockstep.dl4j.translate;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The one place where numbers pass between {@link Tensor} and {@link INDArray}.
 *
 * <p>Element order is by index, whatever order and strides an array has; memory is copied in one
 * piece, since an array's own element access is slower than the training step it reports on.
 */
public final class TensorConversion {

  private TensorConversion() {}

  /**
   * Copies an array, a view or a workspace's included.
   *
   * @param array of double or float
   * @param shape of the result, of as many elements
   */
  public static Tensor toTensor(INDArray array, Shape shape) {
    if (!isDense(array)) {
      return Workspaces.outside(() -> toTensor(array.dup('c'), shape));
    }
    return Tensor.of(shape, reorder(read(array), array.shape(), array.stride(), false));
  }

  /** Returns whether the elements fill one piece of memory, in whatever order. */
  private static boolean isDense(INDArray array) {
    long last = 0;
    long[] shape = array.shape();
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] > 1) {
        last += (shape[axis] - 1) * array.stride(axis);
      }
    }
    return last == array.length() - 1;
  }

  private static double[] read(INDArray array) {
    int length = Math.toIntExact(array.length());
    double[] numbers = new double[length];
    // an array's own buffer starts at its first element, a view's too
    Pointer start = array.data().addressPointer();
    switch (array.dataType()) {
      case DOUBLE -> new DoublePointer(start).get(numbers);
      case FLOAT -> {
        float[] floats = new float[length];
        new FloatPointer(start).get(floats);
        for (int i = 0; i < length; i++) {
          numbers[i] = floats[i];
        }
      }
      default ->
          throw new IllegalArgumentException(
              "an array of numbers: expected DOUBLE or FLOAT, found " + array.dataType());
    }
    return numbers;
  }

  /**
   * Brings numbers from an array's memory into row-major order, or back.
   *
   * @param toMemory true: from row-major order into that of memory
   */
  private static double[] reorder(double[] numbers, long[] shape, long[] stride, boolean toMemory) {
    if (isRowMajor(shape, stride)) {
      return numbers;
    }
    int rank = shape.length;
    double[] out = new double[numbers.length];
    int width = (int) shape[rank - 1];
    int step = (int) stride[rank - 1];
    int[] index = new int[rank - 1];
    int start = 0;
    for (int row = 0; row < out.length; row += width) {
      for (int i = 0; i < width; i++) {
        int inMemory = start + i * step;
        out[toMemory ? inMemory : row + i] = numbers[toMemory ? row + i : inMemory];
      }
      for (int axis = rank - 2; axis >= 0; axis--) {
        start += (int) stride[axis];
        if (++index[axis] < shape[axis]) {
          break;
        }
        start -= (int) (stride[axis] * shape[axis]);
        index[axis] = 0;
      }
    }
    return out;
  }

  private static boolean isRowMajor(long[] shape, long[] stride) {
    long expected = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] > 1 && stride[axis] != expected) {
        return false;
      }
      expected *= shape[axis];
    }
    return true;
  }

  /**
   * Copies a tensor into a new array in row-major order, outside of any workspace.
   *
   * @param shape of the array, of as many elements
   */
  public static INDArray toArray(Tensor tensor, DataType type, long... shape) {
    INDArray array = Workspaces.outside(() -> Nd4j.createUninitialized(type, shape, 'c'));
    assign(array, tensor);
    return array;
  }

  /**
   * Copies a tensor into an array that exists, whatever its order.
   *
   * @param target of as many elements, which fill one piece of memory
   */
  static void assign(INDArray target, Tensor tensor) {
    if (!isDense(target) || target.length() != tensor.size()) {
      throw new IllegalArgumentException(
          "expected an array of %d elements in one piece, found %s"
              .formatted(tensor.size(), target.shapeInfoToString()));
    }
    double[] numbers = reorder(tensor.data(), target.shape(), target.stride(), true);
    Pointer start = target.data().addressPointer();
    if (target.dataType() == DataType.DOUBLE) {
      new DoublePointer(start).put(numbers, 0, numbers.length);
    } else {
      new FloatPointer(start).put(floats(numbers), 0, numbers.length);
    }
  }

  private static float[] floats(double[] numbers) {
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  /** Returns the shape of an array that holds samples of a shape: an image, or else flat rows. */
  public static long[] arrayShape(int samples, Shape sample) {
    return sample.rank() == 3
        ? Arrays.stream(sample.batchOf(samples).toArray()).asLongStream().toArray()
        : new long[] {samples, sample.size()};
  }
}
