package dev.lockstep.experiments.schema;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.core.experiment.ExperimentForms;
import dev.lockstep.core.yaml.Form;
import dev.lockstep.core.yaml.Key;
import dev.lockstep.experiments.figures.DrawingComparer;
import dev.lockstep.experiments.search.space.Spaces;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the JSON Schema of a file from its forms. It is of draft 7, the newest that the YAML
 * support of editors knows well.
 */
final class FileSchema {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final ObjectNode definitions = object();
  private final Map<String, Form> forms = new LinkedHashMap<>();

  private FileSchema(List<Form> forms) {
    forms.forEach(form -> this.forms.put(form.id(), form));
  }

  /** Of an experiment file: one that trains a network, or one that draws a figure. */
  static ObjectNode experiment() {
    List<Form> forms = new ArrayList<>(ExperimentForms.all());
    forms.addAll(DrawingComparer.forms());
    FileSchema schema = new FileSchema(forms);
    forms.forEach(form -> schema.definitions.set(form.id(), schema.mapping(form)));
    // a variant may say what the file leaves out
    ObjectNode experiment = (ObjectNode) schema.definitions.get("experiment");
    ObjectNode required = object().set("required", experiment.remove("required"));
    experiment.set("if", object().set("required", array("variants")));
    experiment.set("then", object());
    experiment.set("else", required);
    schema.definitions.set("layer", schema.layer());
    schema.byType("optimizer", ExperimentForms.OPTIMIZER, "type");
    schema.byType("decayed", ExperimentForms.DECAY, "type");
    schema.byType("loss", ExperimentForms.LOSS, "type");
    schema.byType("figure", "figure.", "figure");
    ObjectNode root = schema.root("A Lockstep experiment");
    root.set("if", object().set("required", array("figure")));
    root.set("then", reference("figure"));
    root.set("else", reference("experiment"));
    root.set("definitions", schema.definitions);
    return root;
  }

  /** Of a file for {@code search}. */
  static ObjectNode space() {
    Form form = Spaces.forms().get(0);
    FileSchema schema = new FileSchema(List.of(form));
    ObjectNode root = schema.root("A Lockstep search");
    root.setAll(schema.mapping(form));
    ObjectNode ranges = object().put("type", "object").put("minProperties", 1);
    ranges.set("additionalProperties", range());
    ((ObjectNode) root.get("properties").get("space")).remove("$ref");
    ((ObjectNode) root.get("properties").get("space")).setAll(ranges);
    return root;
  }

  static String text(ObjectNode schema) throws java.io.IOException {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(schema).replace("\r", "")
        + "\n";
  }

  private ObjectNode root(String title) {
    return object()
        .put("$schema", "http://json-schema.org/draft-07/schema#")
        .put("title", title)
        .put("type", "object");
  }

  private static ObjectNode range() {
    ObjectNode numbers = pair(object().put("type", "number"));
    ObjectNode positive = pair(object().put("type", "number").put("exclusiveMinimum", 0));
    ObjectNode choice = object().put("type", "array").put("minItems", 1).put("uniqueItems", true);
    ObjectNode range =
        object()
            .put("type", "object")
            .put("minProperties", 1)
            .put("maxProperties", 1)
            .put("additionalProperties", false);
    range
        .putObject("properties")
        .<ObjectNode>set("uniform", numbers)
        .<ObjectNode>set("logUniform", positive)
        .<ObjectNode>set("integer", pair(object().put("type", "integer")))
        .set("choice", choice);
    return range;
  }

  private static ObjectNode pair(ObjectNode item) {
    return object().put("type", "array").put("minItems", 2).put("maxItems", 2).set("items", item);
  }

  private ObjectNode mapping(Form form) {
    ObjectNode schema = object().put("type", "object").put("description", form.means());
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = JsonNodeFactory.instance.arrayNode();
    for (Form.Entry entry : form.entries()) {
      properties.set(entry.key().name(), value(form, entry));
      if (entry.key().required()) {
        required.add(entry.key().name());
      }
    }
    schema.put("additionalProperties", false);
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    if (form.id().equals("training")) {
      schema
          .putArray("oneOf")
          .add(object().set("required", array("steps")))
          .add(object().set("required", array("epochs")));
    }
    return schema;
  }

  private ObjectNode value(Form form, Form.Entry entry) {
    Key key = entry.key();
    ObjectNode schema =
        switch (key.kind()) {
          case ANY -> object();
          case TEXT -> text();
          case TEXTS -> texts();
          case NUMBER -> limited(object().put("type", "number"), entry);
          case INTEGER -> limited(object().put("type", "integer"), entry);
          case PAIR -> several(entry).put("minItems", 2).put("maxItems", 2);
          case INTEGERS -> several(entry).put("minItems", 1);
          case TRUTH -> object().put("type", "boolean");
          case CHOICE -> choice(form, key);
          case CHOICES ->
              object()
                  .put("type", "array")
                  .set("items", object().set("enum", array(key.choices().toArray(String[]::new))));
          case NUMBER_OR_CHOICE -> numberOrChoice(entry);
          case LIST -> list(key);
          case MAPPING -> inner(key);
        };
    return schema.has("$ref") ? schema : schema.put("description", description(entry));
  }

  private static String description(Form.Entry entry) {
    return entry.means() + " " + entry.allowed();
  }

  private static ObjectNode text() {
    ObjectNode schema = object();
    schema.set("type", array("string", "number", "boolean"));
    return schema;
  }

  private static ObjectNode texts() {
    ObjectNode schema = object();
    schema.set("type", array("string", "number", "boolean", "array"));
    return schema.set("items", text());
  }

  private static ObjectNode several(Form.Entry entry) {
    ObjectNode schema = object();
    schema.set("type", array("integer", "array"));
    limited(schema, entry);
    return schema.set("items", limited(object().put("type", "integer"), entry));
  }

  /** The edges between the tried numbers that the reader takes and those that it refuses. */
  private static ObjectNode limited(ObjectNode schema, Form.Entry entry) {
    List<String> accepted = entry.accepted();
    if (!accepted.contains("-1")) {
      if (accepted.contains("0")) {
        schema.put("minimum", 0);
      } else if (accepted.contains("0.5")) {
        schema.put("exclusiveMinimum", 0);
      } else {
        schema.put("minimum", 1);
      }
    }
    if (accepted.contains("0.5") && !accepted.contains("2")) {
      schema.put(accepted.contains("1") ? "maximum" : "exclusiveMaximum", 1);
    }
    return schema;
  }

  private static ObjectNode choice(Form form, Key key) {
    boolean isOwnType = key.name().equals("type") || key.name().equals("figure");
    String own = form.id().substring(form.id().indexOf('.') + 1);
    if (isOwnType && key.choices().contains(own) && !form.id().startsWith("layers.")) {
      return object().put("const", own);
    }
    if (key.name().equals("loss")) {
      ObjectNode schema = object();
      schema.set("if", object().put("type", "object"));
      schema.set("then", reference("loss"));
      return schema.set("else", names(key));
    }
    return names(key);
  }

  private static ObjectNode names(Key key) {
    ObjectNode schema = object().set("enum", array(key.choices().toArray(String[]::new)));
    return key.usual() == null ? schema : schema.put("default", key.usual());
  }

  private static ObjectNode numberOrChoice(Form.Entry entry) {
    ObjectNode schema = object();
    schema.set("if", object().put("type", "string"));
    schema.set("then", object().set("enum", array(entry.key().choices().toArray(String[]::new))));
    return schema.set("else", limited(object().put("type", "number"), entry));
  }

  private static ObjectNode list(Key key) {
    ObjectNode layers = object().put("type", "array").set("items", reference("layer"));
    return switch (key.name()) {
      case "layers" -> layers.put("minItems", 1);
      case "branches" -> object().put("type", "array").put("minItems", 2).set("items", layers);
      case "start" -> pair(object().put("type", "number"));
      case "output" -> shape();
      default -> throw new IllegalStateException("a list of what? " + key.name());
    };
  }

  private static ObjectNode shape() {
    ObjectNode lengths = object().put("type", "integer").put("minimum", 1);
    return object().put("type", "array").put("minItems", 1).set("items", lengths);
  }

  private ObjectNode inner(Key key) {
    return switch (key.name()) {
      case "full", "space" -> object().put("type", "object");
      case "variants" -> nested(nested(object().put("type", "object")));
      case "parameters", "statistics" -> nested(shape());
      case "rates" -> {
        ObjectNode rates = nested(object().put("type", "number").put("minimum", 0));
        yield rates.set("propertyNames", object().put("pattern", "^[1-9][0-9]*$"));
      }
      default -> reference(key.name());
    };
  }

  private static ObjectNode nested(ObjectNode values) {
    return object().put("type", "object").set("additionalProperties", values);
  }

  /** A mapping whose form goes by what it says its type is. */
  private void byType(String name, String prefix, String type) {
    List<Form> kinds = forms.values().stream().filter(f -> f.id().startsWith(prefix)).toList();
    Form first = kinds.get(0);
    Form.Entry entry =
        first.entries().stream().filter(e -> e.key().name().equals(type)).findFirst().orElseThrow();
    ObjectNode schema = object().put("type", "object");
    schema.putObject("properties").set(type, names(entry.key()));
    if (entry.key().required()) {
      schema.set("required", array(type));
    }
    ArrayNode dispatch = schema.putArray("allOf");
    for (Form kind : kinds) {
      ObjectNode isIt = object();
      isIt.putObject("properties")
          .set(type, object().put("const", kind.id().substring(prefix.length())));
      isIt.set("required", array(type));
      dispatch.add(object().<ObjectNode>set("if", isIt).set("then", reference(kind.id())));
    }
    if (!entry.key().required()) {
      ObjectNode none = object().set("not", object().set("required", array(type)));
      dispatch.add(object().<ObjectNode>set("if", none).set("then", reference(first.id())));
    }
    definitions.set(name, schema);
  }

  /** A layer: its name, or its name with settings. */
  private ObjectNode layer() {
    ObjectNode named = object();
    ArrayNode names = named.putArray("enum");
    ObjectNode set =
        object()
            .put("type", "object")
            .put("minProperties", 1)
            .put("maxProperties", 1)
            .put("additionalProperties", false);
    ObjectNode properties = set.putObject("properties");
    for (Form form : forms.values()) {
      if (!form.id().startsWith(ExperimentForms.LAYER)) {
        continue;
      }
      String name = form.id().substring(ExperimentForms.LAYER.length());
      if (form.entries().stream().anyMatch(e -> e.key().required())) {
        properties.set(name, reference(form.id()));
      } else {
        names.add(name);
        ObjectNode empty = object().set("not", object().put("type", "null"));
        properties.set(
            name, object().<ObjectNode>set("if", empty).set("then", reference(form.id())));
      }
    }
    ObjectNode schema = object();
    schema.set("if", object().put("type", "object"));
    schema.set("then", set);
    return schema.set("else", named);
  }

  private static ObjectNode reference(String definition) {
    return object().put("$ref", "#/definitions/" + definition);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static ArrayNode array(String... values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (String value : values) {
      array.add(value);
    }
    return array;
  }
}
