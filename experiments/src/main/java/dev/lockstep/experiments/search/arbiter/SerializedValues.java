package dev.lockstep.experiments.search.arbiter;

import dev.lockstep.core.InputException;
import dev.lockstep.dl4j.json.ClassAllowList;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputFilter.FilterInfo;
import java.io.ObjectInputFilter.Status;
import java.io.ObjectInputStream;
import java.util.Base64;
import java.util.Set;
import java.util.TreeSet;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * The serialized Java objects in a file of Arbiter's. A {@code FixedValue} whose value is neither a
 * number nor a name, such as an {@code InputType}, holds it as Base64, and Arbiter makes an object
 * of whatever class that names: a list of the classes in the JSON does not cover it.
 */
final class SerializedValues implements ObjectInputFilter {

  private static final String DATA = "data";

  /** Of references in one another, of objects in all, and of numbers in an array. */
  private static final int MOST = 100;

  private final ClassAllowList allowed;
  private final Set<String> others = new TreeSet<>();

  private SerializedValues(ClassAllowList allowed) {
    this.allowed = allowed;
  }

  /**
   * Reads every serialized object with a filter, so that none of another class is made, and leaves
   * in the tree the very bytes that were read.
   *
   * @throws InputException if there are other classes, naming them, or no objects
   */
  static void check(JsonNode tree, ClassAllowList allowed) {
    for (JsonNode child : tree) {
      check(child, allowed);
    }
    JsonNode data = tree.get(DATA);
    if (data != null) {
      // two decoders may read one text in two ways: Arbiter's is given what this one read
      byte[] read = new SerializedValues(allowed).read(data.asText());
      ((ObjectNode) tree).put(DATA, Base64.getEncoder().encodeToString(read));
    }
  }

  private byte[] read(String text) {
    try {
      byte[] bytes = Base64.getMimeDecoder().decode(text);
      try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
        in.setObjectInputFilter(this);
        in.readObject();
      }
      return bytes;
    } catch (IOException | ClassNotFoundException | RuntimeException e) {
      // bytes that were tampered with make the reader itself fail, with a negative size for one
      throw new InputException(
          others.isEmpty()
              ? "Arbiter space: expected a serialized value, found none that can be read"
              : "Arbiter space: a serialized value names classes that are not known here: "
                  + String.join(", ", others),
          e);
    }
  }

  @Override
  public Status checkInput(FilterInfo info) {
    if (info.depth() > MOST || info.references() > MOST || info.arrayLength() > MOST) {
      return Status.REJECTED;
    }
    Class<?> type = info.serialClass();
    if (type == null) {
      return Status.UNDECIDED;
    }
    if (allowed.allows(type.getName())) {
      return Status.ALLOWED;
    }
    others.add(type.getName());
    return Status.REJECTED;
  }
}
