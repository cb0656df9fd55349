package dev.lockstep.scratch.execution;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Buffer;
import dev.lockstep.scratch.layers.Layer;
import dev.lockstep.scratch.layers.Pass;
import dev.lockstep.scratch.layers.Samples;
import java.util.Arrays;
import java.util.List;

/**
 * Several sequences of layers over one input, joined by their sum or one after the other (chapter
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
  private final Buffer[] parts;
  private final Tensor[] outputs;
  private final Tensor[] inputGradients;
  private Pass pass = Pass.PREDICTION;

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
    this.inputGradients = new Tensor[branches.size()];
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
  public Shape begin(Shape input, Pass pass) {
    this.pass = pass;
    return output.batchOf(input.length(0));
  }

  @Override
  public void forward(Samples x, Samples y) {
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = branches.get(i).forward(x.tensor(), pass);
    }
    if (concatenated) {
      int offset = 0;
      for (Tensor part : outputs) {
        copyPart(part, 0, y.tensor(), offset, part);
        offset += sampleSize(part);
      }
    } else {
      sum(outputs, y.tensor());
    }
  }

  @Override
  public void backwardToParameters(Samples x, Samples dout) {
    int offset = 0;
    for (int i = 0; i < outputs.length; i++) {
      Tensor part = parts[i].of(outputs[i].shape());
      copyPart(dout.tensor(), offset, part, 0, part);
      inputGradients[i] = branches.get(i).backward(part);
      offset += concatenated ? sampleSize(part) : 0;
    }
  }

  @Override
  public void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    sum(inputGradients, dx.tensor());
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
