package dev.lockstep.experiments.cli;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.DownloadProgress;
import dev.lockstep.core.data.MnistPlace;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep data}: where the data set comes from, fetch it, check it. */
@Command(
    name = "data",
    description = "Says where the data set comes from, fetches it, checks it.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: lockstep data info"})
final class DataCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "one of info, download, check is missing");
  }

  @Command(
      description = "Lists where MNIST is looked for and what a comparison would use.",
      mixinStandardHelpOptions = true)
  int info(@Mixin DataOptions data) {
    PrintWriter out = spec.commandLine().getOut();
    for (MnistPlace place : data.places()) {
      out.println(place);
    }
    out.println();
    describe(out, data.load(spec.commandLine().getErr()));
    return ExitCode.OK;
  }

  @Command(
      description = "Downloads MNIST into the cache, or into a directory.",
      mixinStandardHelpOptions = true)
  int download(
      @Option(names = "--data-dir", paramLabel = "DIR", description = "Where to.")
          @Nullable Path directory) {
    Path where = DataOptions.datasets(new Lines(spec.commandLine().getErr())).download(directory);
    spec.commandLine().getOut().println("MNIST is complete in " + where);
    return ExitCode.OK;
  }

  @Command(description = "Reads a data set whole and checks it.", mixinStandardHelpOptions = true)
  int check(@Mixin DataOptions data) {
    describe(spec.commandLine().getOut(), data.load(spec.commandLine().getErr()));
    return ExitCode.OK;
  }

  private static void describe(PrintWriter out, Dataset dataset) {
    out.printf(
        Locale.ROOT,
        "%s: %,d training and %,d test images of %s, %d classes%nsha256 %s%n",
        dataset.name(),
        dataset.train().size(),
        dataset.test().size(),
        dataset.train().image(),
        dataset.train().classes(),
        dataset.sha256());
  }

  /** A line for every tenth of a file. */
  private static final class Lines implements DownloadProgress {
    private final PrintWriter err;
    private @Nullable URI current;
    private long told;

    Lines(PrintWriter err) {
      this.err = err;
    }

    @Override
    public void received(URI source, long bytes, long total) {
      if (!source.equals(current)) {
        current = source;
        told = -1;
      }
      long tenth = total > 0 ? 10 * bytes / total : bytes >> 20;
      if (tenth > told) {
        told = tenth;
        err.printf(Locale.ROOT, "%s: %,d of %,d bytes%n", source, bytes, total);
        err.flush();
      }
    }
  }
}
