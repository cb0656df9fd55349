package dev.lockstep.experiments.cli;

import dev.lockstep.core.UsageException;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.faults.detection.DetectionMatrix;
import dev.lockstep.experiments.faults.detection.DetectionReport;
import dev.lockstep.experiments.faults.detection.DetectionResult;
import dev.lockstep.experiments.resume.EarlierRun;
import dev.lockstep.experiments.terminal.Interruption;
import dev.lockstep.experiments.verify.Pairing;
import dev.lockstep.experiments.verify.Verifier;
import dev.lockstep.experiments.verify.VerifyResult;
import dev.lockstep.experiments.verify.VerifyText;
import dev.lockstep.report.Format;
import dev.lockstep.report.Reports;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lockstep verify}: every part of networks on both sides, and the convention ledger. */
@Command(
    name = "verify",
    description = {
      "Trains every layer, activation, loss, initial value, optimizer and schedule for 25 steps by"
          + " hand and in Deeplearning4j, in double and float, and compares every tensor of each"
          + " step; tests a million draws of each initial value against its distribution; shows"
          + " every convention of the ledger with its switch in both positions.",
      "With --candidate or --reference, every part on those two sides, in double.",
      "Needs no data. Takes about two minutes."
    },
    mixinStandardHelpOptions = true,
    defaultValueProvider = VerifyCommand.Formats.class,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lockstep verify",
      "  lockstep verify -v --include 'optimizer adam|convention adam'",
      "  lockstep verify --candidate pytorch"
    })
final class VerifyCommand implements Callable<Integer> {

  private static final Set<Format> FORMATS = EnumSet.of(Format.TEXT, Format.JSON, Format.HTML);

  @Spec private CommandSpec spec;
  @ParentCommand private Main main;
  @Mixin private OutputOptions output;
  @Mixin private JobOptions jobs;

  @Option(
      names = "--faults",
      description =
          "Measure instead what the comparison can see: seeded faults in several sizes, factors"
              + " next to 1 on every gradient, and false alarms. Writes detection.md too; takes"
              + " about five minutes.")
  private boolean faults;

  @Mixin private SideOptions sideOptions;

  @Option(
      names = "--include",
      paramLabel = "REGEX",
      description = "Verify only what this finds a match in, such as 'layer conv'.")
  private @Nullable String include;

  /** The formats that this command can write, where none are asked for. */
  static final class Formats implements IDefaultValueProvider {
    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
      return argument instanceof OptionSpec option && option.longestName().equals("--format")
          ? "text,json"
          : null;
    }
  }

  @Override
  public Integer call() {
    output.requireFormats("verify", FORMATS);
    Predicate<String> chosen = chosen();
    if (faults && (sideOptions.hasCandidate() || sideOptions.hasReference())) {
      throw new UsageException(
          "--faults: expected neither --candidate nor --reference: it seeds faults into scratch");
    }
    if (faults && include != null) {
      throw new UsageException("--include: expected without --faults, which measures all faults");
    }
    Path directory = output.directory("verify");
    output.prepare(directory);
    EarlierRun.remove(
        directory, notice -> spec.commandLine().getErr().println("NOTICE: " + notice));
    try {
      return Interruption.endsAtOnce(
          "nothing is kept: begin anew",
          () -> output.tidy(directory),
          () -> faults ? measureDetection(directory) : verify(chosen, directory));
    } finally {
      output.tidy(directory);
    }
  }

  private int verify(Predicate<String> chosen, Path directory) {
    VerifyResult result = verifyChosen(chosen);
    if (result.rows().isEmpty()) {
      spec.commandLine()
          .getErr()
          .println("lockstep: nothing to compare: --include finds a match in no title");
      return result.verdict().exitCode();
    }
    Path written = Reports.write(directory, result.files(output.formats())).get(0);
    if (output.formats().contains(Format.TEXT)) {
      spec.commandLine()
          .getOut()
          .print(VerifyText.write(result, main.verbose(), output.color(), written));
      spec.commandLine().getOut().flush();
    }
    return result.verdict().exitCode();
  }

  private VerifyResult verifyChosen(Predicate<String> chosen) {
    if (!sideOptions.hasCandidate() && !sideOptions.hasReference()) {
      return new Verifier(chosen, jobs.cores(), this::tell).run(command());
    }
    PrintWriter err = output.quiet() ? null : spec.commandLine().getErr();
    try (SideOptions.Sides sides = sideOptions.open(Precision.DOUBLE, "aligned", err)) {
      Pairing pairing = Pairing.of(sides.reference(), sides.candidate());
      // a program answers one question at a time, and so does what a user's code keeps for itself
      return new Verifier(List.of(pairing), chosen, jobs.oneByOne().cores(), this::tell)
          .parts(command());
    }
  }

  private String command() {
    return OutputOptions.command(OutputOptions.arguments(spec));
  }

  private Predicate<String> chosen() {
    try {
      return include == null ? title -> true : Pattern.compile(include).asPredicate();
    } catch (PatternSyntaxException e) {
      throw new UsageException(
          "--include: expected a regular expression, found '%s': %s"
              .formatted(include, e.getDescription()),
          e);
    }
  }

  private int measureDetection(Path directory) {
    DetectionResult result = new DetectionMatrix(jobs.cores(), this::tell).run(command());
    List<Path> written = Reports.write(directory, result.files(output.formats()));
    if (output.formats().contains(Format.TEXT)) {
      spec.commandLine().getOut().print(new DetectionReport(result.report()).text(written));
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
