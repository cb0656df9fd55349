package dev.lockstep.bridge.program;

import dev.lockstep.bridge.frame.FrameException;
import dev.lockstep.bridge.frame.FrameReader;
import dev.lockstep.bridge.frame.FrameWriter;
import dev.lockstep.bridge.frame.Header;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.ModelFailedException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A running program that answers questions. Whatever it does — end, hang, answer late, out of order
 * or nonsense — becomes a {@link ModelFailedException}, after which it is gone and every further
 * question fails alike.
 */
final class Program implements AutoCloseable {

  private static final String VERSION = ProgramProvider.VERSION;
  private static final byte[] GREETING = ProgramProvider.GREETING.getBytes(StandardCharsets.UTF_8);

  private static final int MAX_BEFORE_GREETING = 1 << 20;

  /** Between its last answer and its end. */
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private final Duration timeout;
  private final Process process;
  private final FrameReader in;
  private final FrameWriter out;
  private final LastLines lastLines;
  private final ScheduledThreadPoolExecutor clock;
  private String name;
  private volatile boolean late;
  private @Nullable ModelFailedException failure;
  private long asked;

  /** Reads the tensors of an answer. */
  @FunctionalInterface
  interface AnswerReader<T> {
    T read(Header answer, FrameReader tensors) throws IOException;
  }

  /**
   * Starts a program and asks for its name.
   *
   * @param called what it is until it has told its name
   * @param environment that it gets where this process has none of that name
   * @param timeout for every answer
   * @param said told of every line that the program prints
   * @throws UsageException if it cannot be started
   * @throws ModelFailedException if it does not answer as the protocol says
   */
  Program(
      String called,
      List<String> command,
      Map<String, String> environment,
      Duration timeout,
      Consumer<String> said) {
    this.timeout = timeout;
    ProcessBuilder builder = new ProcessBuilder(command);
    environment.forEach(builder.environment()::putIfAbsent);
    try {
      this.process = builder.start();
    } catch (IOException e) {
      throw new UsageException(
          "cannot start '%s': expected a program on the path or by its file name, found none that can be run"
              .formatted(command.get(0)),
          e);
    }
    InputStream answers = new BufferedInputStream(process.getInputStream(), 1 << 16);
    this.in = new FrameReader(answers);
    this.out = new FrameWriter(process.getOutputStream());
    this.lastLines = new LastLines(process.getErrorStream(), said);
    this.clock =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "clock of a program");
              thread.setDaemon(true);
              return thread;
            });
    this.name = called;
    timed(
        "starting",
        () -> {
          passOver(answers, said);
          return true;
        });
    this.name =
        ask(Question.of("greeting Lockstep", "hello").with("version", VERSION), Program::name);
  }

  private static String name(Header answer, FrameReader tensors) throws IOException {
    if (!answer.text("version").equals(VERSION)) {
      throw new FrameException(
          "expected version %s of the protocol, found '%s'"
              .formatted(VERSION, answer.text("version")));
    }
    String name = answer.text("name");
    if (!name.matches("[^\\p{Cntrl}]{1,60}")) {
      throw new FrameException("expected a name of 1 to 60 visible characters");
    }
    return name;
  }

  /** Returns what the program calls itself. */
  String name() {
    return name;
  }

  boolean hasFailed() {
    return failure != null;
  }

  /** A program that never greets is told by what it printed instead. */
  private void passOver(InputStream answers, Consumer<String> said) throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < GREETING.length) {
      int next = answers.read();
      if (next < 0 || printed.size() == MAX_BEFORE_GREETING) {
        lastLines.add(printed.toByteArray(), said);
        if (next < 0) {
          throw new EOFException();
        }
        throw new FrameException(
            "expected the line 'LOCKSTEP %s', found %d bytes without it: does the program serve?"
                .formatted(VERSION, MAX_BEFORE_GREETING));
      }
      printed.write(next);
      // a line break is the first byte and the last, and no other
      matched = next == GREETING[matched] ? matched + 1 : next == GREETING[0] ? 1 : 0;
    }
  }

  /**
   * Asks a question and waits for its answer.
   *
   * @param reader told of the answer; tensors that it leaves are passed over by nobody: it must
   *     read or skip each
   * @throws UsageException if the program says that it does not have what is asked for
   * @throws ModelFailedException if it fails in any other way
   */
  synchronized <T> T ask(Question question, AnswerReader<T> reader) {
    String id = Long.toString(++asked);
    return timed(
        question.doing(),
        () -> {
          Map<String, String> metadata = new LinkedHashMap<>();
          metadata.put("message", question.message());
          metadata.put("id", id);
          metadata.putAll(question.metadata());
          out.write(metadata, question.tensors());
          Header answer = in.header(question.maxNumbers());
          String message = answer.text("message");
          if (!answer.text("id").equals(id)) {
            throw new FrameException(
                "expected the answer to question %s, found one to '%s'"
                    .formatted(id, answer.text("id")));
          }
          if (message.equals("error")) {
            throw new Reported(answer.text("text"), answer.text("kind").equals("unsupported"));
          }
          if (!message.equals(question.message())) {
            throw new FrameException(
                "expected an answer of kind '%s', found '%s'"
                    .formatted(question.message(), message));
          }
          return reader.read(answer, in);
        });
  }

  /** The program's own account of what went wrong; it goes on. */
  private static final class Reported extends IOException {
    private static final long serialVersionUID = 1L;
    private final String text;
    private final boolean unsupported;

    Reported(String text, boolean unsupported) {
      super(text);
      this.text = text;
      this.unsupported = unsupported;
    }
  }

  @FunctionalInterface
  private interface Exchange<T> {
    T run() throws IOException;
  }

  private <T> T timed(String doing, Exchange<T> exchange) {
    if (failure != null) {
      throw failure;
    }
    ScheduledFuture<?> alarm =
        clock.schedule(this::endLate, timeout.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return exchange.run();
    } catch (Reported e) {
      if (e.unsupported) {
        throw new UsageException(e.text, e);
      }
      throw new ModelFailedException("%s failed in %s: %s".formatted(name, doing, e.text));
    } catch (FrameException e) {
      throw failed("answered nonsense in %s: %s".formatted(doing, e.getMessage()));
    } catch (IOException e) {
      throw failed(
          late
              ? "gave no answer in %s within %d s and was ended"
                  .formatted(doing, timeout.toSeconds())
              : "%s in %s".formatted(ended(), doing));
    } finally {
      alarm.cancel(false);
    }
  }

  private void endLate() {
    late = true;
    kill();
  }

  /** Says how a program ended whose answers have ended. */
  private String ended() {
    try {
      if (process.waitFor(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
        int status = process.exitValue();
        // a shell and Java alike say 128 + n of a program that signal n has ended
        return status > 128 && status < 160
            ? "was ended by signal " + (status - 128)
            : "ended with exit status " + status;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "closed its standard output";
  }

  private ModelFailedException failed(String what) {
    kill();
    clock.shutdown();
    failure = new ModelFailedException(name + " " + what + lastLines.text());
    return failure;
  }

  /** Ends the program and whatever it has started. */
  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** Says goodbye and sees to it that nothing is left. */
  @Override
  public void close() {
    try {
      if (failure == null && process.isAlive()) {
        ask(Question.of("closing", "close"), (answer, tensors) -> answer);
        process.getOutputStream().close();
        process.waitFor(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (ModelFailedException | IOException e) {
      // it is ended below in any case
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      kill();
      clock.shutdownNow();
      try {
        process.waitFor(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
