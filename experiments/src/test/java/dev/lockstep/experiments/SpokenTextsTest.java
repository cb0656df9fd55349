package dev.lockstep.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No message of ours, of all that there are, holds what only Java knows. */
class SpokenTextsTest {

  /** Where Java is meant: somebody's own program failed in it, or Java is what is written. */
  private static final Set<String> MEANT =
      Set.of(
          // a fault of lockstep's, or of a library's, told as such
          "Main.internalError",
          "Parcel.failure",
          "TrialRunner.run",
          // a user's own program threw it
          "CandidateException.new",
          "Serve.find",
          "ModelServer.described",
          // which byte of a user's own message or file is no JSON, or what Arbiter says of its own
          "ClassAllowList.parse",
          "HeaderText.read",
          "ArbiterSpace.why",
          "Reasons.of",
          // the file in which a user names the own program
          "Candidates.find",
          // a test in Java, written for a user
          "TestSource",
          // what is digested, or given to Java and DL4J, and nobody reads
          "ExperimentSpace.definition",
          "BenchmarkProcess.main",
          "JavaProcesses.measure",
          "SparkCluster.carryOut",
          "OpenConfiguration.planDropout",
          "Dl4jConfiguration.of");

  @Test
  void noMessageHoldsAClassARecordOrAConstantAsJavaPrintsIt() throws IOException {
    List<Path> sources;
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      sources =
          modules
              .map(module -> module.resolve("src/main/java"))
              .filter(Files::isDirectory)
              .toList();
    }
    assertThat(sources).as("modules").hasSizeGreaterThanOrEqualTo(7);

    List<SpokenTexts.Fault> found = SpokenTexts.in(sources, Set.of("cluster"));

    assertThat(found).filteredOn(fault -> !MEANT.contains(fault.place())).isEmpty();
    Set<String> needed = new TreeSet<>();
    found.forEach(fault -> needed.add(fault.place()));
    assertThat(needed).as("exceptions to the rule that are still needed").containsAll(MEANT);
  }

  /** What the rule is there to find, in a source of its own. */
  @Test
  void findsEachKind(@TempDir Path temp) throws IOException {
    Path directory = Files.createDirectories(temp.resolve("dev/lockstep/wrong"));
    Files.writeString(
        directory.resolve("Wrong.java"),
        """
        package dev.lockstep.wrong;

        import java.io.IOException;
        import java.util.List;

        final class Wrong {
          enum Colour { RED }
          enum Fruit { APPLE; @Override public String toString() { return "apple"; } }
          record Size(int width) {}
          sealed interface Shape permits Round {}
          record Round(int radius) implements Shape {}

          String exception(IOException e) { return "cannot be read: " + e; }
          String either(Runnable r) {
            try { r.run(); return ""; } catch (IllegalStateException | LinkageError e) { return e.toString(); }
          }
          String constant(Colour colour) { return "expected %s".formatted(colour); }
          String constants() { return "expected one of " + List.of(Colour.values()); }
          String record(Size size) { return String.format("a size of %s", size); }
          String hidden(Shape shape) { return String.valueOf(shape); }
          String told(IOException e) { return e.getMessage(); }
          String absent(java.util.Optional<String> some) { return "found " + some; }
          String numbers(double[] values) { return "found " + values; }
          String named(Size size) { return size.getClass().getSimpleName() + " is too small"; }
          String sentence() { return "found java.nio.charset.MalformedInputException in it"; }

          String fruit(Fruit fruit) { return "found " + fruit; }
          String property() { return System.getProperty("java.home"); }
          void forProgrammers(Size size) { throw new IllegalStateException("no rule for " + size); }
        }
        """);

    assertThat(SpokenTexts.in(List.of(temp), Set.of()))
        .extracting(SpokenTexts.Fault::place)
        .containsExactly(
            "Wrong.exception",
            "Wrong.either",
            "Wrong.constant",
            "Wrong.constants",
            "Wrong.record",
            "Wrong.hidden",
            "Wrong.told",
            "Wrong.absent",
            "Wrong.numbers",
            "Wrong.named",
            "Wrong.sentence");
  }
}
