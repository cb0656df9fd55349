package dev.lockstep.core.rounding;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.Kink;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The layers of a network whose derivative jumps: a unit that rounding carries from one side of 0
 * to the other, or a window in which it makes another element the largest, sends its whole gradient
 * elsewhere. A gradient downstream of such a flip cannot be compared element by element, however
 * correct both sides are.
 */
public final class Kinks {

  private final Map<TensorKey, Place> byOutput = new LinkedHashMap<>();
  private final Map<TensorKey, List<Place>> byInput = new LinkedHashMap<>();

  /**
   * A layer with a kink.
   *
   * @param input what it reads
   * @param inputShape of one sample
   * @param jumps whether its output changes with the side
   */
  private record Place(Kink kink, TensorKey input, Shape inputShape, boolean jumps) {}

  public Kinks(NetworkSpec network) {
    collect(network.layers(), null, network.inputShapes());
    byOutput
        .values()
        .forEach(
            place -> byInput.computeIfAbsent(place.input(), k -> new ArrayList<>()).add(place));
  }

  /**
   * @param before the layer whose output these layers read, null for the network's input, which is
   *     the same on both sides
   */
  private void collect(
      List<LayerSpec> layers, @Nullable LayerSpec before, Map<String, Shape> inputs) {
    LayerSpec input = before;
    for (LayerSpec layer : layers) {
      if (layer instanceof LayerSpec.Branches branches) {
        for (List<LayerSpec> branch : branches.branches()) {
          collect(branch, input, inputs);
        }
      } else if (input != null && !layer.kink().equals(Kink.NONE)) {
        Shape shape = inputs.getOrDefault(layer.name(), Shape.of());
        byOutput.put(out(layer), new Place(layer.kink(), out(input), shape, jumps(layer)));
      }
      input = layer;
    }
  }

  /** A step changes the output too, every other kink the gradient alone. */
  private static boolean jumps(LayerSpec layer) {
    return layer instanceof LayerSpec.Activation activation
        && activation.function().equals(ActivationFunction.STEP);
  }

  private static TensorKey out(LayerSpec layer) {
    return new TensorKey(Phase.FORWARD, layer.name() + "/out");
  }

  /** Returns the tensors that must be seen to tell. */
  public Set<TensorKey> inputs() {
    return byInput.keySet();
  }

  /** Returns the tensors among which a layer looks for the largest element. */
  public Set<TensorKey> inputsOfMaxima() {
    return byInput.entrySet().stream()
        .filter(
            entry ->
                entry.getValue().stream().anyMatch(place -> place.kink() instanceof Kink.Maximum))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Returns whether a flip in the layer with this output changes the output itself. */
  public boolean jumps(TensorKey output) {
    Place place = byOutput.get(output);
    return place != null && place.jumps();
  }

  /** Returns whether the layer with this output lies on different sides of its kink. */
  public boolean flipped(TensorKey output, Recording reference, Recording candidate) {
    Place place = byOutput.get(output);
    if (place == null) {
      return false;
    }
    Tensor a = reference.tensor(place.input());
    Tensor b = candidate.tensor(place.input());
    if (a == null || b == null || !a.shape().equals(b.shape())) {
      return false;
    }
    boolean[] flipped = new boolean[1];
    forEachFlip(
        place, a.data(), b.data(), IntUnaryOperator.identity(), (at, size) -> flipped[0] = true);
    return flipped[0];
  }

  /**
   * Takes a perturbed tensor back across every kink that rounding has carried it across.
   *
   * @param input the tensor
   * @param perturbed rows reversed; changed in place
   * @param original what it was perturbed from
   */
  public void uncross(TensorKey input, Tensor perturbed, Tensor original) {
    List<Place> places = byInput.get(input);
    if (places == null) {
      return;
    }
    int rows = original.shape().length(0);
    int length = original.size() / rows;
    IntUnaryOperator reversed = i -> (rows - 1 - i / length) * length + i % length;
    for (Place place : places) {
      forEachFlip(
          place,
          original.data(),
          perturbed.data(),
          reversed,
          (at, inWindow) -> {
            for (int i : inWindow) {
              perturbed.data()[reversed.applyAsInt(i)] = original.data()[i];
            }
          });
    }
  }

  /** Told of a flip: where it is, and the elements of the first tensor that decide it. */
  @FunctionalInterface
  private interface Flip {
    void at(int position, int[] deciding);
  }

  /**
   * @param other the position in b of an element of a
   */
  private static void forEachFlip(
      Place place, double[] a, double[] b, IntUnaryOperator other, Flip flip) {
    if (place.kink() instanceof Kink.At at) {
      for (double point : at.points()) {
        for (int i = 0; i < a.length; i++) {
          if (a[i] > point != b[other.applyAsInt(i)] > point) {
            flip.at(i, new int[] {i});
          }
        }
      }
    } else if (place.kink() instanceof Kink.Maximum maximum) {
      forEachOtherLargest(maximum.on(place.inputShape()), place.inputShape(), a, b, other, flip);
    }
  }

  /**
   * A padded element never wins over a positive one, and flips at 0 are those of the ReLU before.
   */
  private static void forEachOtherLargest(
      Window pool, Shape input, double[] a, double[] b, IntUnaryOperator other, Flip flip) {
    int height = input.length(1);
    int width = input.length(2);
    int images = a.length / (height * width);
    for (int image = 0; image < images; image++) {
      int base = image * height * width;
      for (int row = 0; row < pool.rows().places(height); row++) {
        int y = row * pool.rows().stride() - pool.rows().before(height);
        for (int column = 0; column < pool.columns().places(width); column++) {
          int x = column * pool.columns().stride() - pool.columns().before(width);
          int[] window = window(base, y, x, pool, height, width);
          int largest = largest(window, a, IntUnaryOperator.identity());
          if (largest != largest(window, b, other)) {
            flip.at(largest, window);
          }
        }
      }
    }
  }

  private static int[] window(int base, int top, int left, Window pool, int height, int width) {
    int down = pool.rows().dilation();
    int right = pool.columns().dilation();
    int[] window = new int[pool.elements()];
    int next = 0;
    for (int y = top; y < Math.min(height, top + pool.rows().extent()); y += down) {
      for (int x = left; x < Math.min(width, left + pool.columns().extent()); x += right) {
        if (y >= 0 && x >= 0) {
          window[next++] = base + y * width + x;
        }
      }
    }
    return Arrays.copyOf(window, next);
  }

  /** Returns the first largest element's position, -1 for a window of padding alone. */
  private static int largest(int[] window, double[] data, IntUnaryOperator at) {
    int best = -1;
    for (int i : window) {
      if (best < 0 || data[at.applyAsInt(i)] > data[at.applyAsInt(best)]) {
        best = i;
      }
    }
    return best;
  }
}
