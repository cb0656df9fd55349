package dev.lockstep.bridge.frame;

import dev.lockstep.core.tensor.Shape;
import java.util.List;
import java.util.Map;

/**
 * What a frame says of itself before its data.
 *
 * @param metadata texts by name
 * @param entries its tensors, in the order of their data
 */
public record Header(Map<String, String> metadata, List<Entry> entries) {

  /** One tensor. */
  public record Entry(String name, ElementType type, Shape shape) {}

  /**
   * Returns a text.
   *
   * @throws FrameException if it is missing
   */
  public String text(String name) throws FrameException {
    String text = metadata.get(name);
    if (text == null) {
      throw new FrameException(
          "expected '%s' among the metadata, found %s".formatted(name, metadata.keySet()));
    }
    return text;
  }

  /**
   * Returns a whole number.
   *
   * @throws FrameException if it is missing or none
   */
  public long number(String name) throws FrameException {
    String text = text(name);
    if (!text.matches("[0-9]{1,18}")) {
      throw new FrameException(
          "expected a whole number as '%s', found '%s'".formatted(name, Printable.of(text)));
    }
    return Long.parseLong(text);
  }
}
