package dev.lockstep.bridge.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a recorded run says of itself.
 *
 * @param texts by name; within an object by both names: {@code modules.numpy}
 */
public record Manifest(Map<String, String> texts) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final String VERSION_NAME = "lockstepTrace";
  private static final String VERSION = "1";
  private static final int MAX_TEXTS = 1000;
  private static final int LONGEST = 200;

  /**
   * Describes a run that is about to be recorded.
   *
   * @param environment what it stands on: versions, threads, machine
   */
  public static Manifest of(String program, boolean inFloat, Map<String, String> environment) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("program", program);
    texts.put("precision", inFloat ? "float" : "double");
    environment.forEach(texts::putIfAbsent);
    return new Manifest(texts);
  }

  static Manifest read(byte[] json) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("expected an object");
      }
      read(parser, "", texts);
    }
    if (!VERSION.equals(texts.remove(VERSION_NAME))) {
      throw new IOException(
          "expected version %s of recorded runs, found another: record it anew".formatted(VERSION));
    }
    return new Manifest(texts);
  }

  private static void read(JsonParser parser, String prefix, Map<String, String> texts)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = prefix + parser.currentName();
      JsonToken value = parser.nextToken();
      if (value == JsonToken.START_OBJECT && prefix.isEmpty()) {
        read(parser, name + ".", texts);
      } else if (value != null && value.isScalarValue() && texts.size() < MAX_TEXTS) {
        texts.put(name, printable(parser.getText()));
      } else {
        throw new IOException("expected texts and numbers, at most one object deep");
      }
    }
    if (parser.currentToken() != JsonToken.END_OBJECT) {
      throw new IOException("expected the end of the object");
    }
  }

  /** It is shown in reports and on terminals, and comes from anywhere. */
  static String printable(String text) {
    String visible = text.replaceAll("\\p{Cntrl}", "?");
    return visible.length() <= LONGEST ? visible : visible.substring(0, LONGEST) + "…";
  }

  byte[] toJson() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      out.writeNumberField(VERSION_NAME, Integer.parseInt(VERSION));
      for (Map.Entry<String, String> text : texts.entrySet()) {
        out.writeStringField(text.getKey(), text.getValue());
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("a manifest that cannot be written", e);
    }
    return bytes.toByteArray();
  }

  /** Returns whether the run computed in float. */
  public boolean inFloat() {
    return text("precision").equals("float");
  }

  /** Returns what recorded it, empty if it does not say. */
  public String program() {
    return text("program");
  }

  private String text(String name) {
    return texts.getOrDefault(name, "");
  }
}
