package dev.lockstep.experiments.resume;

import dev.lockstep.core.UsageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** Lets one process at a time work in a directory, by a lock on one of its files. */
public final class DirectoryLock {

  private DirectoryLock() {}

  /**
   * Opens a file that nobody else has opened so; closing it lets go of its directory, as does the
   * end of the process, however it comes.
   *
   * @throws UsageException if another process holds it
   */
  public static FileChannel open(Path file, OpenOption... how) throws IOException {
    return open(
        file,
        "%s: another lockstep is at work in this directory; wait for it, or name another one"
            .formatted(file.toAbsolutePath().getParent()),
        how);
  }

  /**
   * @param refusal what is said if another process holds the file
   */
  public static FileChannel open(Path file, String refusal, OpenOption... how) throws IOException {
    FileChannel channel = FileChannel.open(file, how);
    if (!isFree(channel)) {
      channel.close();
      throw new UsageException(refusal);
    }
    return channel;
  }

  private static boolean isFree(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }
}
