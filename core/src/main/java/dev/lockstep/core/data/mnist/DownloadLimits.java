package dev.lockstep.core.data.mnist;

import java.time.Duration;

/**
 * When a mirror is given up.
 *
 * @param connect the longest time to reach it
 * @param window the time in which it must have sent something
 * @param bytesPerWindow what it must have sent in that time
 * @param perMirror the longest time for all files from one mirror
 * @param bytesPerFile the largest file that is taken
 */
record DownloadLimits(
    Duration connect, Duration window, long bytesPerWindow, Duration perMirror, long bytesPerFile) {

  /**
   * For MNIST: 1 KiB/s at least, below which its 11.6 MB would take hours; a mirror that needs
   * longer than five minutes hands what it sent to the next one; the largest file is 47 MB even
   * uncompressed. Four mirrors behind a network that swallows everything are given up in half a
   * minute.
   */
  static final DownloadLimits DEFAULT =
      new DownloadLimits(
          Duration.ofSeconds(4), Duration.ofSeconds(6), 6 << 10, Duration.ofMinutes(5), 64 << 20);
}
