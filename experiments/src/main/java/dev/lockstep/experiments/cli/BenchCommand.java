package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.experiments.bench.Bench;
import dev.lockstep.experiments.bench.BenchResult;
import dev.lockstep.experiments.bench.BenchSettings;
import dev.lockstep.experiments.bench.BenchText;
import dev.lockstep.experiments.bench.OtherLoad;
import dev.lockstep.experiments.bench.Peers;
import dev.lockstep.experiments.resume.DirectoryLock;
import dev.lockstep.experiments.resume.EarlierRun;
import dev.lockstep.experiments.terminal.Interruption;
import dev.lockstep.experiments.work.Parcel;
import dev.lockstep.report.Format;
import dev.lockstep.report.Reports;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep bench}: how fast both sides train and predict, in one run. */
@Command(
    name = "bench",
    description =
        "Measures how fast both sides train and predict: each in processes of its own, in turn,"
            + " after they have been compared. Writes text, json, md and html; the md is a page"
            + " of documentation.",
    mixinStandardHelpOptions = true,
    defaultValueProvider = VerifyCommand.Formats.class,
    footerHeading = "%nExamples:%n",
    footer = "  lockstep bench --quick --output build/bench")
final class BenchCommand implements Callable<Integer> {

  private static final Set<Format> FORMATS =
      EnumSet.of(Format.TEXT, Format.JSON, Format.MARKDOWN, Format.HTML);

  /** One for each user: nobody can lock another's file. */
  static final Path LOCK =
      Path.of(
          System.getProperty("java.io.tmpdir"),
          "lockstep-bench-" + System.getProperty("user.name") + ".lock");

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;

  @Option(
      names = "--quick",
      description = "Training in double on one thread only, briefly: less than two minutes.")
  private boolean quick;

  @Option(
      names = "--peers",
      description =
          "Also NumPy and PyTorch, where Python has them; LOCKSTEP_PYTHON names another Python.")
  private boolean peers;

  @Override
  public Integer call() {
    output.requireFormats("bench", FORMATS);
    Path directory = output.directory("bench");
    output.prepare(directory);
    EarlierRun.remove(
        directory, notice -> spec.commandLine().getErr().println("NOTICE: " + notice));
    BenchSettings settings =
        quick
            ? BenchSettings.quick()
            : BenchSettings.full(Runtime.getRuntime().availableProcessors());
    try {
      FileChannel alone =
          DirectoryLock.open(
              LOCK,
              "bench: another one is at work on this machine, and two would slow each other down:"
                  + " wait for it",
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      try (alone) {
        return Interruption.endsAtOnce(
            "nothing is kept: begin anew",
            () -> output.tidy(directory),
            () -> measure(settings, directory));
      }
    } catch (IOException e) {
      throw new InputException(
          "bench: expected to be able to lock %s, found that it cannot be written to"
              .formatted(LOCK),
          e);
    } finally {
      output.tidy(directory);
    }
  }

  private int measure(BenchSettings settings, Path directory) {
    BenchResult result = peers ? runWithPeers(settings) : run(settings, null);
    List<Path> written = Reports.write(directory, result.files(output.formats()));
    if (output.formats().contains(Format.TEXT)) {
      spec.commandLine().getOut().print(BenchText.write(result, output.color(), written.get(0)));
      spec.commandLine().getOut().flush();
    }
    return result.verdict().exitCode();
  }

  private BenchResult run(BenchSettings settings, @Nullable Peers with) {
    List<String> missing = new ArrayList<>();
    OtherLoad.notice()
        .ifPresent(
            notice -> {
              spec.commandLine().getErr().println("NOTICE: missing: " + notice);
              missing.add(notice);
            });
    return new Bench(settings, with, this::tell, missing)
        .run(
            OutputOptions.command(OutputOptions.arguments(spec)),
            LocalDate.now(ZoneId.systemDefault()));
  }

  private BenchResult runWithPeers(BenchSettings settings) {
    try {
      Path directory = Files.createTempDirectory("lockstep-peers");
      try {
        return run(settings, new Peers(directory));
      } finally {
        Parcel.delete(directory);
      }
    } catch (IOException e) {
      throw new InputException("--peers: no temporary directory: " + Reasons.of(e), e);
    }
  }

  private void tell(String next) {
    if (!output.quiet()) {
      spec.commandLine().getErr().println("bench: " + next);
    }
  }
}
