package dev.lockstep.core.rounding;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.Kink;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Layers whose derivative jumps: a unit that rounding carries from one side of 0 to the other, or a
 * window in which it makes another element the largest, sends its whole gradient elsewhere. What is
 * computed from there on cannot be held against a floor, however correct both sides are.
 */
public final class Switches {

  private final Map<TensorKey, Switch> byOutput = new LinkedHashMap<>();

  private record Switch(Kink kink, TensorKey input, Shape inputShape) {}

  public Switches(NetworkSpec network) {
    Map<String, Shape> inputs = network.inputShapes();
    collect(network.layers(), null, inputs);
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
        byOutput.put(out(layer), new Switch(layer.kink(), out(input), shape));
      }
      input = layer;
    }
  }

  private static TensorKey out(LayerSpec layer) {
    return new TensorKey(Phase.FORWARD, layer.name() + "/out");
  }

  /** Returns the tensors that must be seen to tell. */
  public Set<TensorKey> inputs() {
    return byOutput.values().stream().map(Switch::input).collect(Collectors.toSet());
  }

  /** Returns whether the layer with this output switched differently on the two sides. */
  public boolean flipped(TensorKey output, Recording reference, Recording candidate) {
    Switch found = byOutput.get(output);
    if (found == null) {
      return false;
    }
    Tensor a = reference.tensor(found.input());
    Tensor b = candidate.tensor(found.input());
    if (a == null || b == null || !a.shape().equals(b.shape())) {
      return false;
    }
    return found.kink() instanceof Kink.At at
        ? at.points().stream().anyMatch(point -> otherSide(point, a.data(), b.data()))
        : otherLargest(
            ((Kink.Maximum) found.kink()).window(), found.inputShape(), a.data(), b.data());
  }

  private static boolean otherSide(double point, double[] a, double[] b) {
    for (int i = 0; i < a.length; i++) {
      if (a[i] > point != b[i] > point) {
        return true;
      }
    }
    return false;
  }

  /**
   * A padded element never wins over a positive one, and flips at 0 are those of the ReLU before.
   */
  private static boolean otherLargest(Window pool, Shape input, double[] a, double[] b) {
    int height = input.length(1);
    int width = input.length(2);
    int images = a.length / (height * width);
    for (int image = 0; image < images; image++) {
      int base = image * height * width;
      for (int y = -pool.pad(); y + pool.height() <= height + pool.pad(); y += pool.stride()) {
        for (int x = -pool.pad(); x + pool.width() <= width + pool.pad(); x += pool.stride()) {
          if (largest(a, base, y, x, pool, height, width)
              != largest(b, base, y, x, pool, height, width)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static int largest(
      double[] data, int base, int top, int left, Window pool, int height, int width) {
    int best = -1;
    for (int y = Math.max(0, top); y < Math.min(height, top + pool.height()); y++) {
      for (int x = Math.max(0, left); x < Math.min(width, left + pool.width()); x++) {
        int at = base + y * width + x;
        if (best < 0 || data[at] > data[best]) {
          best = at;
        }
      }
    }
    return best;
  }
}
