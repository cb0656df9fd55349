package dev.lockstep.core;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes files that are there whole or not at all, whatever happens to process or machine. */
public final class WholeFile {

  private static final String PART = ".part";

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private WholeFile() {}

  /**
   * Writes beside the file and moves into its place once the content is on the disk. A file that is
   * there already is replaced, and stays as it was if anything fails.
   */
  public static void write(Path file, Content content) throws IOException {
    Path part = part(file);
    try {
      try (FileChannel channel =
              FileChannel.open(
                  part,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE);
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      Files.move(part, file.toAbsolutePath(), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Two processes that write the same file do not write the same part. */
  private static Path part(Path file) {
    Path target = file.toAbsolutePath();
    return target.resolveSibling(
        "." + target.getFileName() + "." + ProcessHandle.current().pid() + PART);
  }

  /** Takes away what killed processes left of files that they were writing into a directory. */
  public static void tidy(Path directory) throws IOException {
    try (var parts = Files.newDirectoryStream(directory, ".*.[0-9]*" + PART)) {
      for (Path part : parts) {
        Files.deleteIfExists(part);
      }
    }
  }
}
