package dev.lockstep.experiments.cli;

import dev.lockstep.core.data.mnist.UserEnvironment;
import dev.lockstep.experiments.machine.Examination;
import dev.lockstep.experiments.machine.Examination.Finding;
import dev.lockstep.experiments.machine.Examination.State;
import dev.lockstep.report.Table;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep doctor}: what this machine has and lacks. */
@Command(
    name = "doctor",
    description = "What this machine has and lacks for all of the above.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:A comparison can run here.", "4:It cannot."})
final class DoctorCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private DataOptions data;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "reports",
      description = "Where results would go (default: ${DEFAULT-VALUE}).")
  private Path output;

  @Override
  public Integer call() {
    List<Finding> findings =
        new ArrayList<>(Examination.of(UserEnvironment.ofProcess(), output, data.places()));
    findings.add(terminal());
    PrintWriter out = spec.commandLine().getOut();
    out.print(
        new Table(List.of("", "what", "found"), findings.stream().map(DoctorCommand::row).toList())
            .text());
    findings.stream()
        .filter(finding -> !finding.advice().isEmpty())
        .forEach(finding -> out.println(finding.name() + ": " + finding.advice()));
    boolean runs = findings.stream().noneMatch(finding -> finding.state() == State.MISSING);
    out.println(runs ? "A comparison can run here." : "No comparison can run here.");
    return runs ? ExitCode.OK : ExitCode.INPUT;
  }

  private static List<String> row(Finding finding) {
    return List.of(
        finding.state().name().toLowerCase(Locale.ROOT), finding.name(), finding.found());
  }

  private static Finding terminal() {
    String found =
        "output %s, progress %s"
            .formatted(
                what(Boolean.getBoolean("lockstep.terminal.out"), "in colour"),
                what(Boolean.getBoolean("lockstep.terminal.err"), "as a bar"));
    return new Finding(State.OK, "terminal", found, "");
  }

  private static String what(boolean terminal, String how) {
    return terminal ? how : "plain";
  }
}
