package dev.lockstep.bridge.program;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** Passes on what a program says besides its answers, and keeps the last of it. */
final class LastLines {

  private static final int LINES = 8;

  /** A program may print without ever ending its line. */
  private static final int LONGEST = 300;

  private final Deque<String> lines = new ArrayDeque<>();
  private final Thread thread;

  /**
   * @param said told of every line
   */
  LastLines(InputStream in, Consumer<String> said) {
    thread = new Thread(() -> listen(in, said), "what a program says");
    thread.setDaemon(true);
    thread.start();
  }

  private void listen(InputStream in, Consumer<String> said) {
    StringBuilder line = new StringBuilder();
    try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      char[] buffer = new char[4096];
      int count;
      while ((count = reader.read(buffer)) >= 0) {
        for (int i = 0; i < count; i++) {
          take(buffer[i], line, said);
        }
      }
    } catch (IOException e) {
      // the program is gone: what it said until then is kept
    }
    end(line, said);
  }

  private void take(char next, StringBuilder line, Consumer<String> said) {
    if (next == '\n') {
      end(line, said);
    } else if (line.length() < LONGEST && !Character.isISOControl(next)) {
      line.append(next);
    }
  }

  /** Takes in what a program printed where its answers belong. */
  void add(byte[] printed, Consumer<String> said) {
    StringBuilder line = new StringBuilder();
    new String(printed, StandardCharsets.UTF_8).chars().forEach(c -> take((char) c, line, said));
    end(line, said);
  }

  private void end(StringBuilder line, Consumer<String> said) {
    if (line.length() > 0) {
      synchronized (lines) {
        lines.add(line.toString());
        if (lines.size() > LINES) {
          lines.remove();
        }
      }
      said.accept(line.toString());
      line.setLength(0);
    }
  }

  /** Returns the last lines, waiting a little for those under way; empty if there were none. */
  String text() {
    try {
      thread.join(500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (lines) {
      return lines.isEmpty() ? "" : "; it said last:\n  " + String.join("\n  ", lines);
    }
  }
}
