package dev.lockstep.experiments.cli;

import dev.lockstep.experiments.search.result.Rerun;
import dev.lockstep.report.Reports;
import dev.lockstep.report.runs.RunIndex;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep index}: a page over all finished runs of a directory. */
@Command(
    name = "index",
    description =
        "Writes index.html into a directory: all finished runs in it and below it, as a table to"
            + " sort and filter, and their curves over each other.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  lockstep index reports"})
final class IndexCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "Where reports were written.")
  private Path directory;

  @Override
  public Integer call() {
    String page =
        RunIndex.html(directory, "./lockstep index " + Rerun.quoted(directory.toString()));
    Path written = Reports.write(directory, Map.of("index.html", () -> page)).get(0);
    spec.commandLine().getOut().println(written);
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
