package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Several sequences of layers over one input, joined by their sum or one behind the other (chapter
 * 8): a residual block, an inception block. A branch without layers is the identity.
 *
 * <pre>
 * sum:          y = Σ branch(x)           every branch receives dout
 * concatenated: y = [branch(x) …]         every branch receives its part of dout
 * dx = Σ over the branches
 * </pre>
 *
 * <p>Concatenated are the channels: N×C₁×H×W and N×C₂×H×W to N×(C₁+C₂)×H×W. DL4J: {@code
 * ElementWiseVertex} and {@code MergeVertex}.
 */
public final class Branches implements Layer {

  private final String name;
  private final boolean concatenated;
  private final List<Sequence> branches;
  private final Shape output;
  private final Buffer out = new Buffer();
  private final Buffer inputGradient = new Buffer();
  private final Buffer[] parts;
  private final Tensor[] outputs;

  /**
   * @param output the shape of one sample of what is joined
   */
  public Branches(String name, boolean concatenated, List<Sequence> branches, Shape output) {
    this.name = name;
    this.concatenated = concatenated;
    this.branches = List.copyOf(branches);
    this.output = output;
    this.parts = new Buffer[branches.size()];
    Arrays.setAll(parts, i -> new Buffer());
    this.outputs = new Tensor[branches.size()];
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Layer> inner() {
    return branches.stream().flatMap(branch -> branch.layers().stream()).toList();
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = branches.get(i).forward(x, pass);
    }
    Tensor y = out.of(x.shape().length(0), output);
    if (concatenated) {
      int offset = 0;
      for (Tensor part : outputs) {
        copyPart(part, 0, y, offset, part);
        offset += sampleSize(part);
      }
    } else {
      sum(outputs, y);
    }
    return y;
  }

  @Override
  public Tensor backward(Tensor dout) {
    Tensor[] gradients = new Tensor[outputs.length];
    int offset = 0;
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = branches.get(i).backward(gradientOf(i, dout, offset));
      offset += sampleSize(outputs[i]);
    }
    Tensor dx = inputGradient.of(gradients[0].shape());
    sum(gradients, dx);
    return dx;
  }

  @Override
  public void backwardToParameters(Tensor dout) {
    int offset = 0;
    for (int i = 0; i < outputs.length; i++) {
      branches.get(i).backwardToParameters(gradientOf(i, dout, offset));
      offset += sampleSize(outputs[i]);
    }
  }

  /** Returns the gradient with respect to one branch's output. */
  private Tensor gradientOf(int branch, Tensor dout, int offset) {
    if (!concatenated) {
      return dout;
    }
    Tensor part = parts[branch].of(outputs[branch].shape());
    copyPart(dout, offset, part, 0, part);
    return part;
  }

  /** Copies as many elements of every sample as a sample of {@code part} has. */
  private static void copyPart(Tensor from, int offset, Tensor to, int position, Tensor part) {
    for (int n = 0; n < from.shape().length(0); n++) {
      System.arraycopy(
          from.data(),
          n * sampleSize(from) + offset,
          to.data(),
          n * sampleSize(to) + position,
          sampleSize(part));
    }
  }

  private static int sampleSize(Tensor tensor) {
    return tensor.size() / tensor.shape().length(0);
  }

  private static void sum(Tensor[] tensors, Tensor sum) {
    double[] total = sum.data();
    System.arraycopy(tensors[0].data(), 0, total, 0, total.length);
    for (int branch = 1; branch < tensors.length; branch++) {
      double[] summand = tensors[branch].data();
      for (int i = 0; i < total.length; i++) {
        total[i] += summand[i];
      }
    }
  }
}
