package dev.lockstep.experiments.work;

import dev.lockstep.core.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.BiConsumer;

/** Processes, on this machine or others, that carry units of work out: a text goes out to each. */
public interface Cluster extends AutoCloseable {

  /** Carries one unit out, in a process of the cluster. It has a constructor without parameters. */
  interface Worker {

    /**
     * @param unit the text that went out
     * @param here what this process has for it
     * @return what came of it; a unit that fails says so in these bytes
     */
    byte[] carryOut(String unit, Here here);
  }

  /** What a process of the cluster has for the units that it carries out. */
  interface Here {

    /** Returns where a file of {@link Cluster#send} is in this process, by its path there. */
    Path sent(Path file);

    /** Returns a directory that goes with the cluster's work, whatever becomes of this process. */
    Path room();
  }

  /**
   * Sends a file to every process that carries units out.
   *
   * @param file of a name that no other has that was sent
   */
  void send(Path file);

  /**
   * Carries every unit out, at least once; may be called by several threads.
   *
   * @param worker made anew for every unit, where it is carried out
   * @param units what goes out
   * @param came given what comes back of a unit, by its number from 0, in whatever order they end;
   *     called once for each unit, by one thread at a time
   * @throws LostException if units cannot be carried out, whatever they are
   */
  void carryOut(
      Class<? extends Worker> worker, List<String> units, BiConsumer<Integer, byte[]> came);

  @Override
  void close();

  /** A cluster that no longer answers, or that has given a unit up. */
  final class LostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LostException(Throwable cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** Makes clusters of addresses. */
  interface Connector {

    /**
     * @param master the cluster's address, such as {@code spark://host:7077}
     * @param settings of the cluster's software, by name
     * @throws InputException if there is no cluster that answers
     */
    Cluster connect(String master, Map<String, String> settings);
  }

  /**
   * Connects by what the class path has for it.
   *
   * @throws InputException if there is no cluster that answers
   */
  static Cluster connect(String master, Map<String, String> settings) {
    return ServiceLoader.load(Connector.class)
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "--master: expected lockstep's cluster module, found it is not built; give"
                        + " --master to ./lockstep in a checkout, which builds it"))
        .connect(master, settings);
  }
}
