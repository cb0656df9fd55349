package dev.lockstep.bridge.trace;

import dev.lockstep.core.InputException;
import dev.lockstep.core.storage.NpyFormat;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.wording.Reasons;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a recorded run step by step, from the front: memory holds one step, and of a recording that
 * was cut off in the middle every complete step is read.
 */
public final class TraceReader implements AutoCloseable {

  static final String MANIFEST = "manifest.json";

  /** A manifest names versions and threads. */
  private static final int MAX_TEXT = 1 << 20;

  /** A file's name and a line's number. */
  private static final int MAX_TAP = 300;

  /** {@code step-7/forward/affine1/out.npy} */
  private static final Pattern NAME =
      Pattern.compile("step-([1-9][0-9]{0,14})/([^\\\\\\p{Cntrl}]{1,300})\\.(npy|json)");

  private final Path file;
  private final int maxNumbers;
  private final ZipInputStream zip;
  private final Manifest manifest;
  private @Nullable RecordedStep next;
  private long last;
  private boolean cutOff;

  /**
   * @param maxNumbers the most numbers that one step may hold
   * @throws InputException if the file is missing or no recorded run
   */
  public TraceReader(Path file, int maxNumbers) {
    this.file = file;
    this.maxNumbers = maxNumbers;
    try {
      this.zip =
          new ZipInputStream(
              new BufferedInputStream(Files.newInputStream(file), 1 << 16), StandardCharsets.UTF_8);
      ZipEntry first = zip.getNextEntry();
      if (first == null || !first.getName().equals(MANIFEST)) {
        throw new InputException(
            "%s: expected a run that lockstep.record wrote, which starts with %s, found %s"
                .formatted(file, MANIFEST, first == null ? "no archive" : "another archive"));
      }
      this.manifest = Manifest.read(zip.readNBytes(MAX_TEXT));
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": expected a recorded run, found no such file", e);
    } catch (IOException | IllegalArgumentException e) {
      throw damaged("manifest", e);
    }
  }

  /**
   * Returns the next complete step, empty after the last one.
   *
   * @throws InputException if an entry is damaged or none that a recording has
   */
  public Optional<RecordedStep> next() {
    String at = "its end";
    int left = maxNumbers;
    try {
      ZipEntry entry;
      while ((entry = zip.getNextEntry()) != null) {
        at = entry.getName().replaceAll("\\p{Cntrl}", "?");
        if (entry.getSize() == 0) {
          // Its length is filled in when it is complete.
          cutOff = true;
          return Optional.empty();
        }
        Matcher name = NAME.matcher(entry.getName());
        if (!name.matches()) {
          throw new InputException(
              "%s: entry %s: expected a name such as step-7/forward/affine1/out.npy"
                  .formatted(file, at));
        }
        long number = Long.parseLong(name.group(1));
        RecordedStep step = stepOf(number, at);
        if (name.group(3).equals("json")) {
          step.tap(name.group(2), new String(zip.readNBytes(MAX_TAP), StandardCharsets.UTF_8));
          continue;
        }
        Tensor tensor = NpyFormat.read(zip, left);
        left -= tensor.size();
        if (name.group(2).equals("complete")) {
          last = number;
          next = null;
          return Optional.of(step);
        }
        if (!step.add(name.group(2), tensor)) {
          throw new InputException(
              "%s: entry %s: expected x, t, mask/…, before/… or a phase, each once"
                  .formatted(file, at));
        }
      }
      cutOff = next != null && !next.before().isEmpty() && next.inputs() != null;
      return Optional.empty();
    } catch (EOFException e) {
      cutOff = true;
      return Optional.empty();
    } catch (ZipException e) {
      if (String.valueOf(e.getMessage()).startsWith("unexpected EOF")) {
        cutOff = true;
        return Optional.empty();
      }
      throw damaged(at, e);
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(at, e);
    }
  }

  private RecordedStep stepOf(long number, String at) {
    RecordedStep step = next;
    if (step == null) {
      if (number <= last) {
        throw new InputException(
            "%s: entry %s: expected a step after %d".formatted(file, at, last));
      }
      step = new RecordedStep(number);
      next = step;
    }
    if (step.number() != number) {
      throw new InputException(
          "%s: entry %s: expected the rest of step %d".formatted(file, at, step.number()));
    }
    return step;
  }

  /** Returns what the run says of itself. */
  public Manifest manifest() {
    return manifest;
  }

  /** Returns whether the recording ends in the middle of a step. */
  public boolean cutOff() {
    return cutOff;
  }

  private InputException damaged(String at, Exception e) {
    return new InputException(
        "%s: entry %s: the file is damaged: %s".formatted(file, at, e.getMessage()), e);
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      throw new InputException(file + ": cannot be closed: " + Reasons.of(e), e);
    }
  }
}
