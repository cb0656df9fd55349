package dev.lockstep.experiments.cli;

import dev.lockstep.bridge.program.ProgramProvider;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.yaml.Overrides;
import dev.lockstep.core.yaml.YamlValue;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.audit.Auditor;
import dev.lockstep.experiments.catalogue.Catalogue;
import dev.lockstep.experiments.compare.CompareSettings;
import dev.lockstep.experiments.terminal.Interruption;
import dev.lockstep.experiments.terminal.Progress;
import dev.lockstep.report.Format;
import dev.lockstep.report.Reports;
import dev.lockstep.report.TextReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep audit}: judges a run that somebody recorded. */
@Command(
    name = "audit",
    description = {
      "Judges a run that lockstep.record wrote: at each recorded step the reference takes over the"
          + " recorded state and batch and takes the step itself.",
      "Needs no data: what the run trained on is in the recording."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lockstep audit run.npz two-layer-net",
      "  lockstep audit run.npz my.yaml optimizer.learningRate=0.05",
      "  lockstep audit run.npz two-layer-net --reference dl4j"
    })
final class AuditCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;

  @Parameters(index = "0", paramLabel = "RUN.npz", description = "What lockstep.record wrote.")
  private Path run;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "EXPERIMENT|FILE.yaml|key=value",
      description = "The experiment whose network was trained, and values that replace its own.")
  private List<String> what = new ArrayList<>();

  @Mixin private ReferenceOptions reference;
  @Mixin private SelectionOptions selection;

  @Option(names = "--fail-fast", description = "End at the first divergence.")
  private boolean failFast;

  @Override
  public Integer call() {
    output.requireFormats("audit", EnumSet.allOf(Format.class));
    Experiment experiment = experiment();
    CompareSettings settings =
        new CompareSettings(
            CompareSettings.Alignment.ALIGNED,
            false,
            Precision.DOUBLE, // as the recording says
            new Cadence(1),
            selection.selection(),
            failFast,
            null,
            null,
            null);
    String command = OutputOptions.command(OutputOptions.arguments(spec));
    Path directory = output.directory("audit-" + experiment.id());
    output.prepare(directory);
    PrintWriter err = output.quiet() ? null : spec.commandLine().getErr();
    List<ProgramProvider> programs = new ArrayList<>();
    ModelProvider side = reference.open(settings.alignment().id(), err, programs);
    try {
      return Interruption.endsAtOnce(
          "nothing is kept: begin anew",
          () -> output.tidy(directory),
          () -> audit(new Auditor(settings, command, side), experiment, directory));
    } finally {
      programs.forEach(ProgramProvider::close);
      output.tidy(directory);
    }
  }

  private int audit(Auditor auditor, Experiment experiment, Path directory) {
    RunResult result;
    try (Progress progress =
        new Progress("audit " + run.getFileName(), new Cadence(1), true, output.quiet())) {
      result = auditor.audit(run, experiment, progress);
    }
    List<Path> written = Reports.write(directory, output.formats(), result);
    if (output.formats().contains(Format.TEXT)) {
      PrintWriter out = spec.commandLine().getOut();
      out.print(TextReport.write(result, output.color(), CompareSession.report(written)));
      out.flush();
    }
    return result.verdict().exitCode();
  }

  private Experiment experiment() {
    Map<String, YamlValue> overrides = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    for (String word : what) {
      if (word.contains("=") && !word.endsWith(".yaml")) {
        var override = Overrides.parse(word);
        overrides.put(override.getKey(), override.getValue());
      } else {
        names.add(word);
      }
    }
    if (names.size() != 1) {
      throw new UsageException(
          "audit: expected one experiment after the recording, found " + names);
    }
    List<Experiment> experiments = Catalogue.find(names.get(0)).experiments(overrides);
    if (experiments.size() != 1) {
      throw new UsageException(
          "audit: expected an experiment without variants, found %d; say what a variant sets, such as optimizer.type=sgd"
              .formatted(experiments.size()));
    }
    return experiments.get(0);
  }
}
