package dev.lockstep.core.data.mnist;

import java.net.URI;

/** Told how a download goes on, several times a second, on the thread that waits for it. */
@FunctionalInterface
public interface DownloadProgress {

  /** Tells nobody. */
  DownloadProgress SILENT = (source, bytes, total) -> {};

  /**
   * @param source of the file
   * @param bytes received so far, those of an earlier attempt included
   * @param total number of bytes, -1 if the server does not say
   */
  void received(URI source, long bytes, long total);
}
