package dev.lockstep.core.yaml;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.wording.Reasons;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads YAML 1.2 into {@link YamlValue}s. Nothing is ever instantiated because a file names it. */
public final class YamlReader {

  /** A thousand times what the largest bundled experiment needs. */
  private static final int MAX_BYTES = 4 << 20;

  /** Branches within branches go a few levels deep; a parser's stack is not to be exhausted. */
  private static final int MAX_DEPTH = 50;

  /**
   * Aliases make a small file mean a huge one; {@code repeat} says the same thing without them, so
   * none is allowed.
   */
  private static final int MAX_ALIASES = 0;

  private YamlReader() {}

  /**
   * Reads a file.
   *
   * @throws InputException if it cannot be read
   * @throws UsageException if it is not YAML, or not one mapping
   */
  public static YamlValue.Mapping read(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new UsageException(
            "%s: expected at most %d bytes, found %d".formatted(file, MAX_BYTES, Files.size(file)));
      }
      return parse(
          String.valueOf(file.getFileName()), Files.readString(file, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": no such file", e);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + Reasons.of(e), e);
    }
  }

  /**
   * Reads a text.
   *
   * @param name of the text in messages
   * @throws UsageException if it is not YAML, or not one mapping
   */
  public static YamlValue.Mapping parse(String name, String text) {
    if (parseValue(name, text) instanceof YamlValue.Mapping mapping) {
      return mapping;
    }
    throw new UsageException(name + ": expected keys and values, found something else");
  }

  /** Reads the value of an override, {@code 0.05} or {@code {type: adam}}. */
  public static YamlValue parseValue(String name, String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(name)
            .setCodePointLimit(MAX_BYTES)
            // in one piece: the library fails where two pieces meet within a surrogate pair
            .setBufferSize(text.length() + 1)
            .setMaxAliasesForCollections(MAX_ALIASES)
            .setAllowDuplicateKeys(false)
            .setAllowRecursiveKeys(false)
            .build();
    try {
      Optional<Node> root = new Compose(settings).composeString(text);
      return root.isEmpty()
          ? new YamlValue.Scalar(name, "")
          : convert(name, root.get(), 0, new java.util.IdentityHashMap<>());
    } catch (MarkedYamlEngineException e) {
      throw new UsageException(
          at(name, e.getProblemMark()) + ": not valid YAML: " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new UsageException(name + ": not valid YAML: " + e.getMessage(), e);
    } catch (StackOverflowError e) {
      throw new UsageException(
          name + ": nested deeper than " + MAX_DEPTH + " levels", new IllegalStateException(e));
    }
  }

  private static YamlValue convert(String name, Node node, int depth, Map<Node, Boolean> seen) {
    String where = at(name, node.getStartMark());
    if (depth > MAX_DEPTH) {
      throw new UsageException(where + ": nested deeper than " + MAX_DEPTH + " levels");
    }
    if (seen.put(node, true) != null) {
      throw new UsageException(
          where + ": an alias (*name) is not allowed here; write the value out, or use repeat");
    }
    if (node instanceof ScalarNode scalar) {
      return new YamlValue.Scalar(where, scalar.getValue());
    }
    if (node instanceof SequenceNode sequence) {
      List<YamlValue> values = new ArrayList<>();
      for (Node value : sequence.getValue()) {
        values.add(convert(name, value, depth + 1, seen));
      }
      return new YamlValue.Sequence(where, values);
    }
    if (node instanceof MappingNode mapping) {
      Map<String, YamlValue> values = new LinkedHashMap<>();
      for (NodeTuple tuple : mapping.getValue()) {
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
          throw new UsageException(
              at(name, tuple.getKeyNode().getStartMark()) + ": a key must be a word");
        }
        YamlValue value = convert(name, tuple.getValueNode(), depth + 1, seen);
        if (values.put(key.getValue(), value) != null) {
          throw new UsageException(
              at(name, key.getStartMark()) + ": " + key.getValue() + " stands here twice");
        }
      }
      return new YamlValue.Mapping(where, values);
    }
    throw new UsageException(where + ": expected a value, a list or a mapping");
  }

  private static String at(String name, Optional<Mark> mark) {
    return mark.map(m -> name + ":" + (m.getLine() + 1)).orElse(name);
  }
}
