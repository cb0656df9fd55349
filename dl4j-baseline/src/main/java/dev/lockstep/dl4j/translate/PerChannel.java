package dev.lockstep.dl4j.translate;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Tensors that have one number per element in the book and, where that is left to DL4J, one per
 * channel there: a channel's number is the mean of its elements' going in, and every element's
 * coming out. Arrays of the full size pass as they are.
 */
public final class PerChannel {

  private PerChannel() {}

  /** Reads an array of a shape's size, or of a whole fraction of it. */
  public static Tensor toTensor(INDArray array, Shape shape) {
    int length = Math.toIntExact(array.length());
    if (length == shape.size()) {
      return TensorConversion.toTensor(array, shape);
    }
    Tensor channels = TensorConversion.toTensor(array, Shape.of(length));
    Tensor elements = Tensor.zeros(shape);
    int each = elements.size() / length;
    for (int i = 0; i < elements.size(); i++) {
      elements.data()[i] = channels.data()[i / each];
    }
    return elements;
  }

  /** Overwrites an array of a tensor's size, or of a whole fraction of it. */
  public static void assign(INDArray array, Tensor tensor) {
    int length = Math.toIntExact(array.length());
    if (length == tensor.size()) {
      TensorConversion.assign(array, tensor);
      return;
    }
    Tensor channels = Tensor.zeros(Shape.of(length));
    int each = tensor.size() / length;
    for (int channel = 0; channel < length; channel++) {
      channels.data()[channel] = mean(tensor.data(), channel * each, each);
    }
    TensorConversion.assign(array, channels);
  }

  /** The mean of equal numbers is that number, whatever their sum would be rounded to. */
  private static double mean(double[] values, int from, int count) {
    double sum = 0;
    boolean equal = true;
    for (int i = from; i < from + count; i++) {
      sum += values[i];
      equal &= values[i] == values[from];
    }
    return equal ? values[from] : sum / count;
  }
}
