package dev.lockstep.experiments.cli;

import dev.lockstep.experiments.report.Format;
import dev.lockstep.experiments.report.Reports;
import dev.lockstep.experiments.report.VerifyText;
import dev.lockstep.experiments.verify.Verifier;
import dev.lockstep.experiments.verify.VerifyResult;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lockstep verify}: every part of networks on both sides, and the convention ledger. */
@Command(
    name = "verify",
    description =
        "Trains every layer, activation, loss, initial value, optimizer and schedule on both sides,"
            + " in double and float; draws initial values; shows every convention. Writes text and"
            + " json.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: lockstep verify --output build/verify"})
final class VerifyCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;

  @Override
  public Integer call() {
    Path directory = output.directory("verify");
    output.prepare(directory);
    VerifyResult result =
        new Verifier(this::tell).run(OutputOptions.command(OutputOptions.arguments(spec)));
    Path written = Reports.write(directory, result);
    if (output.formats().contains(Format.TEXT)) {
      spec.commandLine().getOut().print(VerifyText.write(result, output.color(), written));
      spec.commandLine().getOut().flush();
    }
    return result.verdict().exitCode();
  }

  private void tell(String next) {
    if (!output.quiet()) {
      spec.commandLine().getErr().println("verify: " + next);
    }
  }
}
