package dev.lockstep.dl4j.json;

import dev.lockstep.core.InputException;
import dev.lockstep.dl4j.translate.Activations;
import dev.lockstep.dl4j.translate.Losses;
import dev.lockstep.dl4j.translate.Schedules;
import dev.lockstep.dl4j.translate.Updaters;
import dev.lockstep.dl4j.translate.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * The only classes that a file may name. DL4J's mapper makes an object of every class that a JSON
 * file names, so a file is looked through before the mapper sees it.
 */
public final class ClassAllowList {

  /** What a network may be made of that DL4J wrote. */
  static final ClassAllowList DL4J = new ClassAllowList("DL4J configuration", classes());

  /** Where DL4J and ND4J keep what configurations are made of: settings, and nothing that acts. */
  private static final List<String> PACKAGES =
      List.of(
          "org.deeplearning4j.nn.conf.",
          "org.deeplearning4j.nn.weights.",
          "org.nd4j.linalg.activations.impl.",
          "org.nd4j.linalg.learning.config.",
          "org.nd4j.linalg.learning.regularization.",
          "org.nd4j.linalg.lossfunctions.impl.",
          "org.nd4j.linalg.schedule.");

  /** What a network may be made of that DL4J alone builds: whatever its configurations hold. */
  public static final ClassAllowList ALL_OF_DL4J =
      new ClassAllowList("DL4J configuration", Stream.of(), PACKAGES);

  /** The properties by which DL4J's and Arbiter's classes say which class to make. */
  private static final Set<String> NAMING = Set.of("@class", "@valueclass", "type");

  /** Of objects and lists in one another; a graph of residual blocks stays below 20. */
  private static final int DEEPEST = 100;

  private final String what;
  private final Set<String> allowed;
  private final List<String> packages;

  private ClassAllowList(String what, Stream<Class<?>> allowed) {
    this(what, allowed, List.of());
  }

  private ClassAllowList(String what, Stream<Class<?>> allowed, List<String> packages) {
    this.packages = packages;
    this.what = what;
    this.allowed = allowed.map(Class::getName).collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Returns a list of DL4J's own classes and of more.
   *
   * @param what is read, for messages
   */
  public static ClassAllowList dl4jAnd(String what, List<Class<?>> more) {
    return new ClassAllowList(what, Stream.concat(classes(), more.stream()));
  }

  /** Returns whether a class is on the list. */
  public boolean allows(String name) {
    boolean isShort = !packages.isEmpty() && name.indexOf('.') < 0; // a mapper's own short names
    return allowed.contains(name) || isShort || packages.stream().anyMatch(name::startsWith);
  }

  private static Stream<Class<?>> classes() {
    return Stream.of(
            LayerReader.classes(),
            GraphReader.classes(),
            Activations.classes(),
            Weights.classes(),
            Losses.classes(),
            Updaters.classes(),
            Schedules.classes(),
            Training.classes())
        .flatMap(Set::stream);
  }

  /**
   * Checks every class that a JSON text names, without making an object of any.
   *
   * @return the text's content, each property once: what a mapper may be given
   * @throws InputException as {@link #parse} and {@link #check(JsonNode)} do
   */
  public JsonNode check(String json) {
    JsonNode tree = parse(json);
    check(tree);
    return tree;
  }

  /**
   * Checks every class that is named.
   *
   * @throws InputException if other classes are named, listing them and where they stand
   */
  public void check(JsonNode tree) {
    Map<String, Set<String>> others = others(tree);
    if (!others.isEmpty()) {
      boolean parts = others.keySet().stream().allMatch(ClassAllowList::isDl4js);
      throw new InputException(
          what
              + (parts
                  ? ": parts that are not known here: "
                  : ": it names classes that are not known here: ")
              + others.entrySet().stream()
                  .map(other -> inUsersWords(other.getKey()) + where(other.getValue()))
                  .collect(Collectors.joining(", ")));
    }
  }

  private static boolean isDl4js(String name) {
    return PACKAGES.stream().anyMatch(name::startsWith);
  }

  /** DL4J's own parts go by the names that their users write. */
  private static String inUsersWords(String name) {
    return isDl4js(name) ? name.substring(name.lastIndexOf('.') + 1) : name;
  }

  /** Returns whether every class that is named is on the list. */
  boolean allowsAll(JsonNode tree) {
    return others(tree).isEmpty();
  }

  private Map<String, Set<String>> others(JsonNode tree) {
    Map<String, Set<String>> others = new TreeMap<>();
    collectOthers(tree, "", "", others);
    return others;
  }

  /**
   * Returns a text's content, each property once. No object is made of what it names.
   *
   * @throws InputException if it is no JSON, is nested too deeply, or names a property twice
   */
  public JsonNode parse(String json) {
    // of two properties of one name, the tree keeps the last, but a mapper may act on the first
    ObjectMapper plain = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    try {
      requireShallow(plain, json);
      JsonNode tree = plain.readTree(json);
      if (tree == null || !tree.isObject()) {
        throw new InputException(what + ": expected a JSON object, found none");
      }
      return tree;
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s: expected JSON, found something else in line %d, column %d: %s"
              .formatted(
                  what,
                  e.getLocation().getLineNr(),
                  e.getLocation().getColumnNr(),
                  e.getOriginalMessage().replaceFirst("(?s): was expecting .*", "")),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("from memory", e);
    }
  }

  /** A mapper calls itself for every level, until its stack ends. */
  private void requireShallow(ObjectMapper plain, String json) throws IOException {
    try (JsonParser parser = plain.getFactory().createParser(json)) {
      int depth = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth > DEEPEST) {
          throw new InputException(
              "%s: expected at most %d levels of objects and lists, found more"
                  .formatted(what, DEEPEST));
        }
      }
    }
  }

  private static String where(Set<String> layers) {
    return layers.isEmpty() ? "" : " (%s)".formatted(String.join(", ", layers));
  }

  /**
   * @param within the layer that the node belongs to, empty if none
   * @param property that holds the node, for what belongs to no layer
   * @param others where each class that is not on the list stands, by its name
   */
  private void collectOthers(
      JsonNode node, String within, String property, Map<String, Set<String>> others) {
    String layer = node.path("layerName").asText(within);
    String place = layer.isEmpty() ? property : layer;
    for (String naming : NAMING) {
      JsonNode name = node.get(naming);
      if (name != null && !allows(name.asText())) {
        Set<String> places =
            others.computeIfAbsent(
                name.isTextual() ? name.asText() : naming + " without a name",
                key -> new LinkedHashSet<>());
        if (!place.isEmpty()) {
          places.add(place);
        }
      }
    }
    node.fields()
        .forEachRemaining(field -> collectOthers(field.getValue(), layer, field.getKey(), others));
    if (node.isArray()) {
      node.forEach(child -> collectOthers(child, layer, property, others));
    }
  }
}
