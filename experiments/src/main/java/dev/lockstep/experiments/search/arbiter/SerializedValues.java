package dev.lockstep.experiments.search.arbiter;

import dev.lockstep.core.InputException;
import dev.lockstep.dl4j.json.ClassAllowList;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputFilter.FilterInfo;
import java.io.ObjectInputFilter.Status;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamConstants;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.TreeSet;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * The serialized Java objects in a file of Arbiter's. A {@code FixedValue} whose value is neither a
 * number nor a name, such as an {@code InputType}, holds it as Base64, and Arbiter makes an object
 * of whatever class that names: a list of the classes in the JSON does not cover it.
 *
 * <p>Arbiter's last release came with DL4J beta7, whose classes have other serial numbers than
 * those of today. A class on the list is read whatever its number: fields are matched by name, and
 * what was not written yet, such as a data format, has its default.
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
   * in the tree the same object as today's classes write it.
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
      Object value;
      try (ObjectInputStream in =
          new ObjectInputStream(new ByteArrayInputStream(renumbered(bytes)))) {
        in.setObjectInputFilter(this);
        value = in.readObject();
      }
      ByteArrayOutputStream again = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(again)) {
        out.writeObject(value);
      }
      return again.toByteArray();
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

  /**
   * Gives every class on the list the serial number that it has here. In the stream a class is
   * described by a mark, its name with the name's length before it, and its number.
   */
  private byte[] renumbered(byte[] bytes) throws ClassNotFoundException {
    ByteBuffer stream = ByteBuffer.wrap(bytes.clone());
    for (int at = 0; at + 1 + Short.BYTES < bytes.length; at++) {
      int length = stream.getShort(at + 1);
      int number = at + 1 + Short.BYTES + length;
      if (stream.get(at) != ObjectStreamConstants.TC_CLASSDESC
          || length <= 0
          || number + Long.BYTES > bytes.length) {
        continue;
      }
      String name = new String(bytes, at + 1 + Short.BYTES, length, StandardCharsets.UTF_8);
      if (allowed.allows(name)) {
        ClassLoader loader = SerializedValues.class.getClassLoader();
        ObjectStreamClass here = ObjectStreamClass.lookup(Class.forName(name, false, loader));
        if (here != null) {
          stream.putLong(number, here.getSerialVersionUID());
        }
      }
    }
    return stream.array();
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
