package dev.lockstep.bridge.frame;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON of a header. */
final class HeaderText {

  private static final String METADATA = "__metadata__";
  private static final int MAX_RANK = 8;
  private static final int MAX_NAME = 300;
  private static final int MAX_ENTRIES = 100_000;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(10)
                  .maxStringLength(FrameReader.MAX_HEADER)
                  .build())
          .build();

  private final JsonParser json;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<Header.Entry> entries = new ArrayList<>();
  private long end;

  private HeaderText(JsonParser json) {
    this.json = json;
  }

  /** Reads a header, of which nothing is believed before it is checked. */
  static Header read(byte[] text) throws FrameException {
    try (JsonParser json = JSON.createParser(text)) {
      HeaderText reader = new HeaderText(json);
      reader.read();
      return new Header(reader.metadata, reader.entries);
    } catch (FrameException e) {
      throw e;
    } catch (JsonProcessingException e) {
      throw new FrameException("expected a header in JSON, found: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new FrameException("expected a header in JSON, found text that is none");
    }
  }

  private void read() throws IOException {
    expect(json.nextToken(), JsonToken.START_OBJECT, "an object");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      if (name == null) {
        throw new FrameException("expected a name, found the end of the header");
      }
      if (name.equals(METADATA)) {
        readMetadata();
      } else {
        readEntry(name);
      }
    }
    if (json.nextToken() != null) {
      throw new FrameException("expected the end of the header, found more JSON");
    }
  }

  private void readMetadata() throws IOException {
    expect(json.nextToken(), JsonToken.START_OBJECT, METADATA + " to be an object");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      expect(json.nextToken(), JsonToken.VALUE_STRING, "a text as '" + Printable.of(name) + "'");
      metadata.put(name, json.getText());
    }
    expect(json.currentToken(), JsonToken.END_OBJECT, "the end of " + METADATA);
  }

  private void readEntry(String name) throws IOException {
    if (name.isEmpty() || name.length() > MAX_NAME || name.matches(".*\\p{Cntrl}.*")) {
      throw new FrameException(
          "expected a tensor's name of 1 to %d visible characters, found '%s'"
              .formatted(MAX_NAME, Printable.of(name)));
    }
    if (entries.size() == MAX_ENTRIES) {
      throw new FrameException("expected at most " + MAX_ENTRIES + " tensors, found more");
    }
    expect(json.nextToken(), JsonToken.START_OBJECT, "an object as '" + name + "'");
    ElementType type = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "dtype" -> type = type(name);
        case "shape" -> shape = numbers(name + ": shape", MAX_RANK);
        case "data_offsets" -> offsets = numbers(name + ": data_offsets", 2);
        default ->
            throw new FrameException(
                "%s: expected dtype, shape and data_offsets, found '%s'"
                    .formatted(name, Printable.of(field)));
      }
    }
    expect(json.currentToken(), JsonToken.END_OBJECT, "the end of '" + name + "'");
    if (type == null || shape == null || offsets == null) {
      throw new FrameException(
          name + ": expected dtype, shape and data_offsets, found not all of them");
    }
    add(name, type, shape, offsets);
  }

  private void add(String name, ElementType type, List<Long> shape, List<Long> offsets)
      throws FrameException {
    long size = 1;
    int[] lengths = new int[shape.size()];
    for (int axis = 0; axis < lengths.length; axis++) {
      long length = shape.get(axis);
      lengths[axis] = (int) Math.min(length, Integer.MAX_VALUE);
      // stays below 2^62: both factors are below 2^31
      size *= lengths[axis];
      if (length > Integer.MAX_VALUE || size > Integer.MAX_VALUE) {
        throw new FrameException(
            "%s: expected at most 2^31 - 1 elements, found shape %s".formatted(name, shape));
      }
    }
    long expectedEnd = end + size * type.width();
    if (offsets.size() != 2 || offsets.get(0) != end || offsets.get(1) != expectedEnd) {
      throw new FrameException(
          "%s: expected data_offsets [%d, %d], found %s"
              .formatted(name, end, expectedEnd, offsets));
    }
    end = expectedEnd;
    entries.add(new Header.Entry(name, type, Shape.of(lengths)));
  }

  private ElementType type(String name) throws IOException {
    String found = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : "";
    for (ElementType type : ElementType.values()) {
      if (type.name().equals(found)) {
        return type;
      }
    }
    throw new FrameException(
        "%s: expected dtype F64, F32, I64 or U8, found '%s'".formatted(name, Printable.of(found)));
  }

  private List<Long> numbers(String what, int atMost) throws IOException {
    expect(json.currentToken(), JsonToken.START_ARRAY, what + " to be a list");
    List<Long> numbers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, "whole numbers as " + what);
      String digits = json.getText();
      if (numbers.size() == atMost || digits.startsWith("-") || digits.length() > 15) {
        throw new FrameException(
            "%s: expected at most %d numbers of 0 to 15 digits, found '%s'"
                .formatted(what, atMost, Printable.of(digits)));
      }
      numbers.add(Long.parseLong(digits));
    }
    return numbers;
  }

  private void expect(JsonToken found, JsonToken expected, String what) throws IOException {
    if (found != expected) {
      throw new FrameException(
          "expected %s, found '%s'"
              .formatted(what, found == null ? "" : Printable.of(json.getText())));
    }
  }

  /** Writes a header for tensors in double precision. */
  static byte[] write(Map<String, String> metadata, Map<String, Tensor> tensors) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      out.writeObjectFieldStart(METADATA);
      for (Map.Entry<String, String> text : metadata.entrySet()) {
        out.writeStringField(text.getKey(), text.getValue());
      }
      out.writeEndObject();
      long begin = 0;
      for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
        out.writeObjectFieldStart(tensor.getKey());
        out.writeStringField("dtype", ElementType.F64.name());
        int[] lengths = tensor.getValue().shape().toArray();
        out.writeFieldName("shape");
        out.writeArray(lengths, 0, lengths.length);
        long end = begin + (long) tensor.getValue().size() * ElementType.F64.width();
        out.writeFieldName("data_offsets");
        out.writeArray(new long[] {begin, end}, 0, 2);
        out.writeEndObject();
        begin = end;
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("a header that cannot be written", e);
    }
    return bytes.toByteArray();
  }
}
