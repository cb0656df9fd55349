package dev.lockstep.experiments.cli;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.experiment.ExperimentForms;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.Form;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.ledger.Conventions;
import dev.lockstep.experiments.catalogue.Catalogue;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.experiments.faults.seeded.Faults;
import dev.lockstep.experiments.figures.DrawingComparer;
import dev.lockstep.experiments.search.space.Spaces;
import dev.lockstep.report.Table;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep list}: what there is. */
@Command(
    name = "list",
    description = "Lists what there is.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = "  lockstep list experiments")
final class ListCommand implements Callable<Integer> {

  private enum What {
    EXPERIMENTS,
    LAYERS,
    ACTIVATIONS,
    LOSSES,
    OPTIMIZERS,
    CONVENTIONS,
    FAULTS,
    DATASETS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Keys that every layer, optimizer or loss has. */
  private static final List<String> NAMES = List.of("name", "type", "decayed");

  private static final String EXPERIMENT = "%-24s %-8s %7s %8s  %s%n";

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "WHAT",
      defaultValue = "experiments",
      description = "One of: ${COMPLETION-CANDIDATES}.")
  private What what;

  @Option(
      names = "--markdown",
      description = "With conventions: as a page, which is docs/conventions.md.")
  private boolean markdown;

  @Override
  public Integer call() {
    if (markdown && what != What.CONVENTIONS) {
      throw new UsageException("--markdown: expected with conventions, found with " + what);
    }
    PrintWriter out = spec.commandLine().getOut();
    switch (what) {
      case EXPERIMENTS -> printExperiments(out);
      case LAYERS -> printForms(out, ExperimentForms.LAYER, name -> true);
      case ACTIVATIONS -> {
        List<String> names = ActivationFunction.all().stream().map(f -> f.id()).toList();
        printForms(out, ExperimentForms.LAYER, names::contains);
      }
      case LOSSES -> printForms(out, ExperimentForms.LOSS, name -> true);
      case OPTIMIZERS -> {
        printForms(out, ExperimentForms.OPTIMIZER, name -> true);
        out.println();
        out.println("A learning rate falls by decayed: {type: …}:");
        printForms(out, ExperimentForms.DECAY, name -> true);
      }
      case CONVENTIONS -> {
        if (markdown) {
          out.print(conventionsPage());
        } else {
          Conventions.all().forEach(entry -> printConvention(out, entry));
        }
      }
      case FAULTS -> printFaults(out);
      case DATASETS -> {
        out.println("mnist          60,000 + 10,000 handwritten digits, looked for and downloaded");
        out.println(
            "synthetic      digits sampled from jittered strokes by a seed; needs no network");
        out.println("auto           mnist, or synthetic where it cannot be had");
        out.println("idx:DIR        any set in IDX files, plain or gzipped");
        out.println("table:FILE     a table: features and a target in every row");
        out.println(
            "csv:FILE       images in rows, a label and the pixels of a square; else a table");
        out.println("images:DIR     one folder of pictures per label");
        out.println("sequences:DIR  a text file for each sequence, a line for every step");
        out.println("npz:FILE       NumPy arrays x_train, y_train, x_test, y_test");
      }
    }
    out.flush();
    return ExitCode.OK;
  }

  /** A line for each, and one for each key that it takes besides its name or type. */
  private static void printForms(PrintWriter out, String prefix, Predicate<String> wanted) {
    for (Form form : ExperimentForms.all()) {
      String name = form.id().substring(form.id().indexOf('.') + 1);
      if (!form.id().startsWith(prefix) || !wanted.test(name)) {
        continue;
      }
      out.printf("%-20s %s%n", name, form.means());
      for (Form.Entry entry : form.entries()) {
        if (!NAMES.contains(entry.key().name())) {
          out.printf("  %-18s %s %s%n", entry.key().name(), entry.means(), entry.allowed());
        }
      }
    }
  }

  private static void printConvention(PrintWriter out, Convention convention) {
    out.printf("%s: %s%n", convention.id(), convention.topic());
    out.printf("  the book  %s%n", convention.book());
    out.printf("  DL4J      %s%n", convention.dl4j());
    out.printf("  PyTorch   %s%n", convention.pytorch());
  }

  private static String conventionsPage() {
    return """
        # What the book, Deeplearning4j and PyTorch do differently

        The convention ledger, written by `./lockstep list conventions --markdown`. `--alignment aligned`, the default, computes the book's column on
        either side; with `--alignment stock` Deeplearning4j and `--candidate pytorch` compute their own, and a comparison with Deeplearning4j says which
        entries explain what it finds. `./lockstep verify` shows every entry of Deeplearning4j's with its switch in both positions; a test measures
        every entry of PyTorch's in PyTorch itself.

        """
        + new Table(
                List.of("entry", "about", "the book", "Deeplearning4j", "PyTorch"),
                Conventions.all().stream()
                    .map(
                        entry ->
                            List.of(
                                "`" + entry.id() + "`",
                                entry.topic(),
                                entry.book(),
                                entry.dl4j(),
                                entry.pytorch()))
                    .toList())
            .markdown();
  }

  /** Where a fault can be made needs every bundled experiment that trains. */
  private static void printFaults(PrintWriter out) {
    Map<String, List<Experiment>> experiments = new LinkedHashMap<>();
    List<String> ids = new ArrayList<>(Catalogue.ids());
    ids.addAll(Catalogue.faultNetworks());
    for (String id : ids) {
      ExperimentFile file = Catalogue.find(id);
      if (!DrawingComparer.isDrawing(file)) {
        experiments.put(id, file.experiments(Map.of()));
      }
    }
    Faults.all().forEach(fault -> printFault(out, fault, experiments));
  }

  private static void printFault(
      PrintWriter out, Fault fault, Map<String, List<Experiment>> experiments) {
    List<String> fitting = new ArrayList<>();
    experiments.forEach(
        (id, variants) -> {
          if (variants.stream().allMatch(variant -> fault.fits(variant.network()))) {
            fitting.add(id);
          }
        });
    out.printf("fault:%s: %s%n", fault.id(), fault.ordinary().in(fault.mistake()));
    out.printf("  where  %s, %s%n", fault.place().phase().id(), fault.place().tensor());
    out.printf("  in     %s%n", String.join(", ", fitting));
    if (!fault.report().isEmpty()) {
      out.printf("  seen   %s%n", fault.report());
    }
  }

  private static void printExperiments(PrintWriter out) {
    out.printf(EXPERIMENT, "", "chapter", "time", "--full", "shows");
    Catalogue.ids().forEach(id -> printExperiment(out, Catalogue.find(id)));
    out.println("Times are those of two cores.");
    out.println();
    Spaces.ids().forEach(id -> out.printf("search %-19s %s%n", id, Spaces.find(id).shows()));
  }

  private static void printExperiment(PrintWriter out, ExperimentFile file) {
    Fields fields = new Fields(file.yaml(), "");
    int share = fields.integer("seconds", 0);
    int full = new Fields(file.full().yaml(), "").integer("seconds", 0);
    out.printf(
        EXPERIMENT,
        file.id(),
        fields.text("chapter", ""),
        time(share),
        full == share ? "" : time(full),
        fields.text("shows", ""));
  }

  /**
   * Seconds up to two minutes, minutes up to two hours, then hours; nothing for an unknown time.
   */
  private static String time(int seconds) {
    if (seconds < 120) {
      return seconds == 0 ? "" : seconds + " s";
    }
    return seconds < 7200
        ? Math.round(seconds / 60.0) + " min"
        : Math.round(seconds / 3600.0) + " h";
  }
}
