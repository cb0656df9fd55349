package dev.lockstep.experiments.cli;

import dev.lockstep.experiments.search.result.Rerun;
import dev.lockstep.report.Format;
import dev.lockstep.report.Reports;
import dev.lockstep.report.runs.Diff;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep diff}: two finished runs held against each other. */
@Command(
    name = "diff",
    description = {
      "Holds two finished runs against each other, of any machines, versions or sides: first how"
          + " they were configured, only what differs, then what came out.",
      "Says 'identical' where every number is the same, 'same within noise floor' where no loss"
          + " differs by more than rounding explains, else 'differs'."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lockstep diff reports/monday reports/tuesday",
      "  lockstep diff reports/monday reports/tuesday --output reports/diff"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:The runs are the same.", "1:They differ."})
final class DiffCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "A directory that compare has written, or a result.json in one.")
  private Path first;

  @Parameters(index = "1", paramLabel = "RUN", description = "The other.")
  private Path second;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Write the same as a page, report.html, in this directory too.")
  private @Nullable Path output;

  @Override
  public Integer call() {
    Diff diff = Diff.of(first, second);
    PrintWriter out = spec.commandLine().getOut();
    out.print(diff.text());
    if (output != null) {
      String command =
          "./lockstep diff %s %s"
              .formatted(Rerun.quoted(first.toString()), Rerun.quoted(second.toString()));
      List<Path> written =
          Reports.write(output, Map.of(Format.HTML.fileName(), () -> diff.html(command)));
      out.println("\nReport     " + written.get(0));
    }
    out.flush();
    return diff.exitCode();
  }
}
