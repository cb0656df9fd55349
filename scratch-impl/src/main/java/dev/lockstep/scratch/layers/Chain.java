package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Workers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * Neighbouring layers that compute each sample by itself, passed through a few samples at a time:
 * what one layer writes is still in the cache when the next one reads it. What comes out is, bit by
 * bit, the same as layer by layer.
 *
 * <p>Where nobody observes, an activation takes the place of its input, its gradient that of its
 * output, and of the gradients between the layers only those of the few samples are kept; and a
 * ReLU before a max pooling comes after it: the largest positive part is the positive part of the
 * largest, and the pooled image is the smaller one. An observer is shown every tensor before the
 * next layer reads it, so the layers are passed through one by one.
 */
final class Chain extends Stage {

  /** What the outputs of a few samples may hold together: half of a usual second-level cache. */
  private static final int CACHED_NUMBERS = 1 << 15;

  /** From how many numbers on the threads share them: some tens of microseconds of work. */
  private static final int SHARED_NUMBERS = 1 << 16;

  private final List<Link> links;
  private final List<Link> quickest;
  private final Workers workers;
  private Pass pass = Pass.PREDICTION;
  private int samplesAtOnce;
  private boolean shared;

  Chain(List<SampleWise> layers, Workers workers) {
    this.workers = workers;
    this.links = layers.stream().map(Link::new).toList();
    this.quickest = poolingFirst(links);
  }

  private static List<Link> poolingFirst(List<Link> links) {
    List<Link> order = new ArrayList<>(links);
    for (int i = 1; i < order.size(); i++) {
      if (order.get(i - 1).layer instanceof Relu && order.get(i).layer instanceof MaxPooling) {
        Collections.swap(order, i - 1, i);
      }
    }
    return order;
  }

  private List<Link> links() {
    return pass.observed() ? links : quickest;
  }

  /** The layers that a few samples pass through before the next samples follow. */
  private List<List<Link>> groups() {
    return pass.observed() ? links.stream().map(List::of).toList() : List.of(quickest);
  }

  @Override
  Tensor forward(Tensor x, Pass pass) {
    this.pass = pass;
    Tensor y = x;
    boolean replaceable = false;
    int numbers = 0;
    for (Link link : links()) {
      y = link.beginForward(y, replaceable, pass);
      replaceable = !pass.observed() && !link.layer.readsOutput();
      numbers += y.size();
    }
    int samples = x.shape().length(0);
    samplesAtOnce = (int) Math.max(1, (long) CACHED_NUMBERS * samples / numbers);
    shared = numbers >= SHARED_NUMBERS;
    for (List<Link> group : groups()) {
      forEachSlice(samples, slice -> forward(group, slice));
      Link last = group.get(group.size() - 1);
      observeOutput(last.layer, last.y, pass);
    }
    return y;
  }

  private void forEachSlice(int samples, Consumer<Slice> action) {
    Workers chosen = shared ? workers : Workers.NONE;
    chosen.run(Slice.COUNT, i -> action.accept(Slice.of(i, samples)));
  }

  private void forward(List<Link> group, Slice slice) {
    for (int from = slice.from(); from < slice.to(); from += samplesAtOnce) {
      Slice part = slice.part(from, Math.min(from + samplesAtOnce, slice.to()));
      for (Link link : group) {
        link.layer.forward(part);
      }
    }
  }

  @Override
  Tensor backward(Tensor dout, boolean needed) {
    List<Link> links = links();
    Link last = links.get(links.size() - 1);
    Require.shape(last.layer.name() + "/out", last.y.shape(), dout);
    Samples gradient = Samples.whole(dout);
    for (int i = links.size() - 1; i > 0; i--) {
      gradient = links.get(i).beginBackward(gradient, pass.observed() ? 0 : samplesAtOnce);
    }
    Link first = links.get(0);
    first.layer.beginBackward(
        gradient, needed ? Samples.whole(first.inputGradient()) : Samples.NONE);
    Tensor outputGradient = dout;
    List<List<Link>> groups = groups();
    for (int i = groups.size() - 1; i >= 0; i--) {
      backward(groups.get(i), outputGradient);
      if (i > 0) {
        outputGradient = groups.get(i).get(0).inputGradient();
      }
    }
    return needed ? first.inputGradient() : dout;
  }

  private void backward(List<Link> group, Tensor dout) {
    observeGradient(group.get(group.size() - 1).layer, dout, pass);
    forEachSlice(dout.shape().length(0), slice -> backward(group, slice));
    for (int i = group.size() - 1; i >= 0; i--) {
      group.get(i).layer.finishBackward();
      finishGradients(group.get(i).layer, pass);
    }
  }

  private void backward(List<Link> group, Slice slice) {
    for (int from = slice.from(); from < slice.to(); from += samplesAtOnce) {
      Slice part = slice.part(from, Math.min(from + samplesAtOnce, slice.to()));
      for (int i = group.size() - 1; i >= 0; i--) {
        group.get(i).layer.backward(part);
      }
    }
  }

  /** A layer of the chain with the tensors between it and its neighbours. */
  private static final class Link {

    private final SampleWise layer;
    private final Buffer out = new Buffer();
    private final Buffer inputGradient = new Buffer();
    private Samples few = Samples.NONE;
    private Tensor x = Tensor.zeros(Shape.of(0));
    private Tensor y = x;

    private Link(SampleWise layer) {
      this.layer = layer;
    }

    private Tensor beginForward(Tensor x, boolean replaceable, Pass pass) {
      this.x = x;
      y = replaceable && layer.worksInPlace() ? x : out.of(layer.outputShape(x));
      layer.beginForward(x, y, pass);
      return y;
    }

    /** Returns the gradients with respect to the input, of the whole batch if room is for none. */
    private Samples beginBackward(Samples dout, int samplesAtOnce) {
      Samples dx;
      if (samplesAtOnce == 0) {
        dx = Samples.whole(inputGradient());
      } else {
        boolean inPlace = layer.worksInPlace() && dout.fits(samplesAtOnce, dout.size());
        dx = inPlace ? dout : fewGradients(samplesAtOnce);
      }
      layer.beginBackward(dout, dx);
      return dx;
    }

    private Tensor inputGradient() {
      return inputGradient.of(x.shape());
    }

    private Samples fewGradients(int samplesAtOnce) {
      int size = x.size() / x.shape().length(0);
      if (!few.fits(samplesAtOnce, size)) {
        few = Samples.few(samplesAtOnce, size);
      }
      return few;
    }
  }
}
