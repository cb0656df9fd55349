package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.dl4j.json.Dl4jConfiguration;
import dev.lockstep.dl4j.json.TrainedOn;
import dev.lockstep.dl4j.open.OpenConfiguration;
import dev.lockstep.experiments.compare.Configuration;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A user's own network as Deeplearning4j writes it, in the place of an experiment's. */
final class OwnNetwork {

  /** What may be said of a network that ends without a loss. */
  static final String LOSS = "loss";

  @Option(
      names = "--dl4j-config",
      paramLabel = "FILE.json|FILE.zip",
      description =
          "Compare the network that DL4J's toJson() or ModelSerializer wrote to this file, from the"
              + " zip's weights and updater state on, in place of the experiment's; batches,"
              + " length, sizes and seed stay the experiment's.")
  private @Nullable Path file;

  Path file() {
    return Objects.requireNonNull(file);
  }

  boolean isGiven() {
    return file != null;
  }

  /**
   * @param option that names the file
   * @param more keys that may be said besides
   * @throws UsageException if it is not clear what the network is trained as, or if a setting is of
   *     the network that it replaces
   */
  static void requireTrainingOnly(
      String option, List<Experiment> experiments, Set<String> overrides, Set<String> more) {
    if (experiments.size() != 1) {
      throw new UsageException(
          "%s: expected one experiment, without variants, to train the network as, found %d"
              .formatted(option, experiments.size()));
    }
    Set<String> also = new TreeSet<>(more);
    also.add("seed");
    for (String key : overrides) {
      boolean isTraining = key.startsWith("training.") || key.startsWith("data.");
      if (!isTraining && !also.contains(key)) {
        throw new UsageException(
            "%s: expected only training.…, data.… and %s, since the file says all else, found %s"
                .formatted(option, String.join(", ", also), key));
      }
    }
  }

  /** Returns the same experiment in batches that a number of training samples is enough for. */
  static Experiment inBatchesOf(Experiment experiment, int samples) {
    Integer taken = experiment.trainSize();
    int most = taken == null ? samples : Math.min(taken, samples);
    TrainingSpec training = experiment.training();
    return experiment.withTraining(
        training.withBatchSize(Math.min(training.batchSize(), most)), null, null);
  }

  /**
   * @param dataArguments how the command line names it
   * @param mayDiverge whether it may leave the finite numbers
   * @throws InputException if it cannot be read; if Deeplearning4j alone can, with the command that
   *     lets it
   */
  Dl4jConfiguration read(
      TrainedOn on, Dataset dataset, List<String> dataArguments, boolean mayDiverge) {
    Path given = Objects.requireNonNull(file);
    try {
      return Dl4jConfiguration.read(given, on);
    } catch (InputException e) {
      throw OpenConfiguration.isOpen(given)
          ? new InputException(
              hinted(
                  given, e, OpenReference.refusal(given, dataset, on, mayDiverge), dataArguments),
              e)
          : e;
    }
  }

  /** Advises to what leads somewhere only: where Deeplearning4j may be the reference. */
  private static String hinted(
      Path given, InputException e, @Nullable String refusal, List<String> dataArguments) {
    return refusal == null
        ? String.format(
            "%s%nThis network has parts that only Deeplearning4j knows. Let it be the reference:%n"
                + "  lockstep compare --reference %s%s%s%n"
                + "holds a second Deeplearning4j against it; your own network, with --candidate NAME"
                + " --classpath JAR or --candidate-command.",
            e.getMessage(),
            ReferenceOptions.FILE,
            given,
            dataArguments.isEmpty() ? "" : " " + String.join(" ", dataArguments))
        : String.format(
            "%s%nDeeplearning4j may be the reference of networks with such parts (--reference %s…), but not of this one on this data: %s",
            e.getMessage(), ReferenceOptions.FILE, refusal);
  }

  /**
   * Returns the network trained as an experiment is, and says how that is.
   *
   * @param network that {@link #read} found
   */
  Experiment in(Experiment trainedAs, NetworkSpec network) {
    return in(trainedAs, Objects.requireNonNull(file), network, "");
  }

  /**
   * Returns the network of a file trained as an experiment is, and says how that is.
   *
   * @param more what a report says besides; empty if nothing
   */
  static Experiment in(Experiment trainedAs, Path file, NetworkSpec network, String more) {
    String name = String.valueOf(file.getFileName());
    String id = name.replaceFirst("[.](json|zip)$", "").replaceAll("[^A-Za-z0-9._-]|^[.]", "-");
    return trainedAs.withNetwork(
        id, "the network of " + name + trainedAs(trainedAs) + more, network);
  }

  /** Returns the loss of a network that ends without one, if it was said. */
  static @Nullable LossSpec givenLoss(Experiment as, Set<String> overrides) {
    return overrides.contains(LOSS) ? as.network().loss() : null;
  }

  /**
   * Returns how a network is trained in the place of an experiment's, after its name: as the
   * command line and the data say, and else as the experiment is.
   */
  static String trainedAs(Experiment experiment) {
    TrainingSpec training = experiment.training();
    return ", trained for %s in batches of %d, %s; what nothing else says is taken from %s"
        .formatted(
            Configuration.length(training.length()),
            training.batchSize(),
            training.order().id(),
            experiment.id());
  }
}
