package dev.lockstep.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Set;

/** The published schema of {@code result.json}. */
public final class ResultSchema {

  private static final JsonSchema SCHEMA = schema();

  private ResultSchema() {}

  private static JsonSchema schema() {
    try (InputStream in =
        Objects.requireNonNull(ResultJson.class.getResourceAsStream("result.schema.json"))) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what does not keep to the schema. */
  public static Set<ValidationMessage> problems(String json) throws IOException {
    return SCHEMA.validate(new ObjectMapper().readTree(json));
  }
}
