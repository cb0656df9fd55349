package dev.lockstep.core.diagnosis.network;

import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A part of every image that a program does not read: all that is seen there is 0. */
final class ImageParts {

  private final List<Look> looks;
  private final LayerSpec layer;
  private final int channels;
  private final int height;
  private final int width;

  private ImageParts(List<Look> looks, LayerSpec layer, int channels, int height, int width) {
    this.looks = looks;
    this.layer = layer;
    this.channels = channels;
    this.height = height;
    this.width = width;
  }

  /** Rows and columns of an image, the first and the one after the last. */
  private record Box(int top, int bottom, int left, int right) {
    boolean has(int row, int column) {
      return row >= top && row < bottom && column >= left && column < right;
    }
  }

  /**
   * Returns changes of a batch's images by what they do.
   *
   * @param looks the step that differs and those after it
   */
  static Map<String, UnaryOperator<Tensor>> of(List<Look> looks) {
    Shape shape = looks.get(0).network().input();
    LayerSpec layer = looks.get(0).network().layers().get(0);
    int side = (int) Math.round(Math.sqrt(shape.size()));
    boolean image = shape.rank() == 3;
    if (!image && side * side != shape.size()) {
      return Map.of();
    }
    ImageParts parts =
        image
            ? new ImageParts(looks, layer, shape.length(0), shape.length(1), shape.length(2))
            : new ImageParts(looks, layer, 1, side, side);
    return parts.all();
  }

  private Map<String, UnaryOperator<Tensor>> all() {
    Map<String, UnaryOperator<Tensor>> found = new LinkedHashMap<>();
    boolean @Nullable [] unread =
        layer instanceof LayerSpec.Affine
            ? unread()
            : layer instanceof LayerSpec.Convolution convolution
                ? unread(convolution.window())
                : null;
    if (unread == null) {
      return found;
    }
    boolean[] seen = seen();
    around(unread, seen, true).ifPresent(box -> found.put(told(box, true), zero(box, true)));
    around(unread, seen, false).ifPresent(box -> found.put(told(box, false), zero(box, false)));
    return found;
  }

  /** Returns which pixels are above 0 in some image. */
  private boolean[] seen() {
    boolean[] seen = new boolean[height * width];
    for (Look look : looks) {
      double[] pixels = look.batch().inputs().data();
      for (int i = 0; i < pixels.length; i++) {
        seen[i % seen.length] |= pixels[i] != 0;
      }
    }
    return seen;
  }

  /** An affine layer's weights learn nothing from a pixel that is always 0. */
  private boolean @Nullable [] unread() {
    TensorKey key = new TensorKey(Phase.BACKWARD, layer.name() + "/W");
    boolean[] unread = new boolean[height * width];
    Arrays.fill(unread, true);
    for (Look look : looks) {
      Judged gradient = look.judged().get(key);
      Tensor w = look.before(key.path());
      if (gradient == null || w == null || w.size() != gradient.candidate().size()) {
        return null;
      }
      double decay = look.network().weightDecay();
      int units = w.size() / (unread.length * channels);
      for (int i = 0; i < w.size(); i++) {
        unread[i / units % unread.length] &=
            Math.abs(gradient.candidate().data()[i] - decay * w.data()[i]) <= gradient.allowed();
      }
    }
    return unread;
  }

  /**
   * Outputs of a convolution that differ tell which pixels count otherwise: those that only they
   * see.
   */
  private boolean @Nullable [] unread(Window window) {
    TensorKey key = new TensorKey(Phase.FORWARD, layer.name() + "/out");
    Shape out = looks.get(0).network().outputShapes().get(layer.name());
    if (out == null || out.rank() != 3) {
      return null;
    }
    int area = out.length(1) * out.length(2);
    boolean[] wrong = new boolean[area];
    for (Look look : looks) {
      Judged output = look.judged().get(key);
      if (output == null || output.candidate().size() != output.reference().size()) {
        return null;
      }
      for (int i = 0; i < output.candidate().size(); i++) {
        wrong[i % area] |=
            !(Math.abs(output.candidate().data()[i] - output.reference().data()[i])
                <= output.allowed());
      }
    }
    boolean[] unread = new boolean[height * width];
    for (int pixel = 0; pixel < unread.length; pixel++) {
      boolean seenByAny = false;
      boolean byWrongAlone = true;
      for (int at = 0; at < area; at++) {
        if (sees(window.rows(), at / out.length(2), pixel / width, height)
            && sees(window.columns(), at % out.length(2), pixel % width, width)) {
          seenByAny = true;
          byWrongAlone &= wrong[at];
        }
      }
      unread[pixel] = seenByAny && byWrongAlone;
    }
    return unread;
  }

  private static boolean sees(Window.Axis axis, int place, int pixel, int length) {
    int from = place * axis.stride() - axis.before(length);
    int offset = pixel - from;
    return offset >= 0 && offset < axis.extent() && offset % axis.dilation() == 0;
  }

  /**
   * Returns the smallest box around the pixels that are seen and not read, or read, if it holds no
   * others that are seen.
   */
  private Optional<Box> around(boolean[] unread, boolean[] seen, boolean inside) {
    int top = height;
    int bottom = 0;
    int left = width;
    int right = 0;
    for (int i = 0; i < unread.length; i++) {
      if (seen[i] && unread[i] == inside) {
        top = Math.min(top, i / width);
        bottom = Math.max(bottom, i / width + 1);
        left = Math.min(left, i % width);
        right = Math.max(right, i % width + 1);
      }
    }
    if (top >= bottom) {
      return Optional.empty();
    }
    // what nobody sees in any image may belong to the part as well, up to the image's border
    top = blank(seen, new Box(0, top, left, right)) ? 0 : top;
    bottom = blank(seen, new Box(bottom, height, left, right)) ? height : bottom;
    left = blank(seen, new Box(top, bottom, 0, left)) ? 0 : left;
    right = blank(seen, new Box(top, bottom, right, width)) ? width : right;
    Box box = new Box(top, bottom, left, right);
    boolean any = false;
    for (int i = 0; i < unread.length; i++) {
      boolean has = box.has(i / width, i % width);
      if (seen[i] && has != (unread[i] == inside)) {
        return Optional.empty();
      }
      any |= seen[i] && !has;
    }
    return any ? Optional.of(box) : Optional.empty();
  }

  private boolean blank(boolean[] seen, Box box) {
    for (int i = 0; i < seen.length; i++) {
      if (seen[i] && box.has(i / width, i % width)) {
        return false;
      }
    }
    return true;
  }

  private String told(Box box, boolean inside) {
    return "every pixel %s %s were 0".formatted(inside ? "in" : "outside of", place(box));
  }

  private String place(Box box) {
    String rows = from("row", box.top() + 1, box.bottom());
    String columns = from("column", box.left() + 1, box.right());
    boolean allRows = box.top() == 0 && box.bottom() == height;
    boolean allColumns = box.left() == 0 && box.right() == width;
    return allColumns ? rows : allRows ? columns : rows + ", " + columns;
  }

  private static String from(String noun, int first, int last) {
    return first == last ? noun + " " + first : "%ss %d to %d".formatted(noun, first, last);
  }

  private UnaryOperator<Tensor> zero(Box box, boolean inside) {
    return images ->
        Numbers.like(
            images,
            i -> box.has(i % (height * width) / width, i % width) == inside ? 0 : images.data()[i]);
  }
}
