package dev.lockstep.experiments.search.trial;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.core.CompleteRecord;
import dev.lockstep.core.InputException;
import dev.lockstep.core.WholeFile;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.report.ResultJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Records in files, each complete or not there at all at whatever moment the process is killed. */
public final class JsonFile {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private JsonFile() {}

  /**
   * @throws InputException if the file cannot be written
   */
  public static void write(Path file, Object value) {
    write(file, bytes(value));
  }

  /** Returns a file's content. */
  public static byte[] bytes(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON can be made of " + value, e);
    }
  }

  /**
   * @param json the file's whole content
   * @throws InputException if the file cannot be written
   */
  static void write(Path file, byte[] json) {
    try {
      WholeFile.write(file, out -> out.write(json));
    } catch (IOException e) {
      throw new InputException(file + ": cannot be written: " + Reasons.of(e), e);
    }
  }

  /**
   * @throws InputException if the file cannot be read, or holds something else
   */
  public static <T extends Record> T read(Path file, Class<T> type) {
    try {
      return read(file.toString(), Files.readAllBytes(file), type);
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  /**
   * @param file what the bytes are called
   * @throws InputException if they are no such record
   */
  public static <T extends Record> T read(String file, byte[] json, Class<T> type) {
    try {
      return CompleteRecord.require(JSON.readValue(json, type));
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (IllegalArgumentException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    }
  }

  private static InputException unreadable(String file, IOException e) {
    return new InputException(
        "%s: expected a file that search has written, found none that can be read: %s"
            .formatted(
                file,
                e instanceof JsonProcessingException json ? ResultJson.wrong(json) : Reasons.of(e)),
        e);
  }
}
