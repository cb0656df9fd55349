package dev.lockstep.bridge.program;

import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Builds models in a program of somebody's own. One process holds all of them; it is started when
 * it is first needed, and again for the next model if it has failed.
 */
public final class ProgramProvider implements ModelProvider, AutoCloseable {

  /** The version of the protocol, which {@code docs/protocol.md} describes. */
  public static final String VERSION = "1";

  /** Stands before the first answer; what a program printed before it is passed over. */
  public static final String GREETING = "\nLOCKSTEP " + VERSION + "\n";

  private final String called;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Settings settings;
  private @Nullable Program program;
  private int models;

  /**
   * How programs are run.
   *
   * @param precision {@code double} or {@code float}, for programs that know both
   * @param alignment {@code aligned} or {@code stock}, for programs that know both
   * @param timeout for every answer
   * @param said told of every line that the program prints
   */
  public record Settings(
      String precision, String alignment, Duration timeout, Consumer<String> said) {

    /** In double, the book's formulas; what the program prints is dropped. */
    public static Settings standard() {
      return new Settings("double", "aligned", Duration.ofMinutes(5), line -> {});
    }
  }

  /**
   * @param command the program and its arguments
   * @param environment that it gets where this process has none of that name
   */
  public ProgramProvider(List<String> command, Map<String, String> environment, Settings settings) {
    this('\'' + String.join(" ", command) + '\'', command, environment, settings);
  }

  /**
   * @param called what it is until it has told its name
   */
  ProgramProvider(
      String called, List<String> command, Map<String, String> environment, Settings settings) {
    this.called = called;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.settings = settings;
  }

  /**
   * Returns what the program calls itself, which starts it.
   *
   * @throws dev.lockstep.core.UsageException if it cannot be started
   * @throws dev.lockstep.core.model.ModelFailedException if it does not answer
   */
  @Override
  public String name() {
    return running().name();
  }

  /** {@inheritDoc} */
  @Override
  public Model create(NetworkSpec network) {
    Program program = running();
    String id = Integer.toString(++models);
    program.ask(
        Question.of("building the network", "create")
            .with("model", id)
            .with("network", NetworkText.of(network))
            .with("shapes", NetworkText.shapes(network))
            .with("precision", settings.precision())
            .with("alignment", settings.alignment()),
        (answer, tensors) -> answer);
    return new ProgramModel(program, id, network);
  }

  private synchronized Program running() {
    Program running = program;
    if (running == null || running.hasFailed()) {
      close();
      running = new Program(called, command, environment, settings.timeout(), settings.said());
      program = running;
    }
    return running;
  }

  /** Ends the program, if it runs. */
  @Override
  public synchronized void close() {
    if (program != null) {
      program.close();
      program = null;
    }
  }
}
