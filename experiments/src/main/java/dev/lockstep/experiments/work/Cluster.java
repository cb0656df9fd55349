package dev.lockstep.experiments.work;

import dev.lockstep.core.InputException;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Processes, on this machine or others, that carry units of work out: a text goes out to each. */
public interface Cluster extends AutoCloseable {

  /**
   * Carries every unit out, at least once.
   *
   * @param worker made anew for every unit, where it is carried out
   * @param units what goes out
   * @param came given what comes back of a unit, by its number from 0, in whatever order they end;
   *     called once for each unit, by one thread at a time
   */
  void carryOut(
      Class<? extends Function<String, byte[]>> worker,
      List<String> units,
      BiConsumer<Integer, byte[]> came);

  @Override
  void close();

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
                        + " --master to ./lockstep, which builds it"))
        .connect(master, settings);
  }
}
