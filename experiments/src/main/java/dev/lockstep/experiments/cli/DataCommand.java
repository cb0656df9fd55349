package dev.lockstep.experiments.cli;

import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.mnist.DownloadProgress;
import dev.lockstep.core.data.mnist.MnistPlace;
import dev.lockstep.core.experiment.DataReader;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.Overrides;
import dev.lockstep.core.yaml.YamlValue;
import dev.lockstep.experiments.search.result.Rerun;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep data}: where the data set comes from, fetch it, check it. */
@Command(
    name = "data",
    description = "Says where the data set comes from, fetches it, checks it.",
    mixinStandardHelpOptions = true,
    subcommands = HelpCommand.class,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lockstep data info",
      "  lockstep data info --data table:iris.csv --experiment iris.yaml"
    })
final class DataCommand implements Runnable {

  private static final String SETTINGS =
      "How your own files are read, such as data.target=species data.scale=minmax"
          + " (docs/your-own-data.md has them all).";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "one of info, download, check is missing");
  }

  @Command(
      description = {
        "Says what a comparison would use: where MNIST is looked for, or how your own files are read."
      },
      mixinStandardHelpOptions = true)
  int info(
      @Mixin DataOptions data,
      @Parameters(paramLabel = "data.KEY=VALUE", description = SETTINGS) List<String> settings,
      @Option(
              names = "--experiment",
              paramLabel = "FILE.yaml",
              description =
                  "Write an experiment file for this data, with a small network, to edit and run.")
          @Nullable Path experiment) {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, YamlValue> values = values(settings);
    Dataset dataset = load(data, values);
    if (data.isPublished()) {
      for (MnistPlace place : data.places()) {
        out.println(place);
      }
      out.println();
    }
    describe(out, dataset);
    if (experiment != null) {
      Starter.write(experiment, dataset, data.source(), values);
      out.println(
          "Wrote %s: ./lockstep compare %s"
              .formatted(experiment, Rerun.quoted(experiment.toString())));
    }
    return ExitCode.OK;
  }

  private Dataset load(DataOptions data, Map<String, YamlValue> values) {
    YamlValue.Mapping block = new YamlValue.Mapping("command line", Map.of());
    for (Map.Entry<String, YamlValue> value : values.entrySet()) {
      block = Overrides.apply(block, value.getKey(), value.getValue());
    }
    DataSpec spec =
        Fields.read(
                block, "", all -> all.inner("data", given -> DataReader.read(given, Path.of(""))))
            .orElse(DataSpec.FOUND);
    return data.load(spec, this.spec.commandLine().getErr());
  }

  private static Map<String, YamlValue> values(@Nullable List<String> settings) {
    Map<String, YamlValue> values = new LinkedHashMap<>();
    if (settings != null) {
      for (String setting : settings) {
        Map.Entry<String, YamlValue> value = Overrides.parse(setting);
        values.put(value.getKey(), value.getValue());
      }
    }
    return values;
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
  int check(
      @Mixin DataOptions data,
      @Parameters(paramLabel = "data.KEY=VALUE", description = SETTINGS) List<String> settings) {
    describe(spec.commandLine().getOut(), load(data, values(settings)));
    return ExitCode.OK;
  }

  private static void describe(PrintWriter out, Dataset dataset) {
    out.printf(
        Locale.ROOT,
        "%s: %,d training and %,d test samples of %s, %s%nsha256 %s%n",
        dataset.name(),
        dataset.train().size(),
        dataset.test().size(),
        dataset.train().image(),
        dataset.train().task(),
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
