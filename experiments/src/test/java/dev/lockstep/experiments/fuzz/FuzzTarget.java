package dev.lockstep.experiments.fuzz;

import dev.lockstep.core.LockstepException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the fuzzer calls, in a process of its own: one parser, named by a system property. */
public final class FuzzTarget {

  static final String PARSER = "lockstep.fuzz.parser";

  private static final Parser TARGET = Parser.valueOf(System.getProperty(PARSER, "IDX"));
  private static final Path DIRECTORY = directory();

  private FuzzTarget() {}

  private static Path directory() {
    try {
      return Files.createTempDirectory("lockstep-fuzz");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is slow but once, such as loading a library's classes, is no input that hangs. */
  public static void fuzzerInitialize() throws IOException {
    for (byte[] sample : TARGET.samples()) {
      TARGET.parse(sample, DIRECTORY);
    }
  }

  /** Anything but a value or a message for a person ends the fuzzing. */
  public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
    try {
      TARGET.parse(bytes, DIRECTORY);
    } catch (LockstepException e) {
      // Refused, with a message.
    }
  }
}
