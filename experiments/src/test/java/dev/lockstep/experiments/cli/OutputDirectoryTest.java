package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.experiments.catalogue.Catalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every run has a folder of its own, and in it no report of another. */
class OutputDirectoryTest {

  @TempDir static Path temp;
  private static String data = "";

  @BeforeAll
  static void writeData() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  private static Invocation compare(Path output, String... what) {
    String[] options = {
      "compare", "--data", data, "--steps", "2", "training.batchSize=20", "-q", "--output", ""
    };
    options[options.length - 1] = output.toString();
    String[] all = java.util.Arrays.copyOf(options, options.length + what.length);
    System.arraycopy(what, 0, all, options.length, what.length);
    return Invocation.of(all);
  }

  private static JsonNode result(Path file) throws IOException {
    return JsonMapper.builder().build().readTree(file.toFile());
  }

  @Test
  void twoFilesOfOneNameAreTwoRuns() throws IOException {
    String text = Catalogue.text("two-layer-net");
    Path a = Files.createDirectories(temp.resolve("a")).resolve("net.yaml");
    Path c = Files.createDirectories(temp.resolve("c")).resolve("net.yaml");
    Files.writeString(a, text);
    Files.writeString(c, text.replace("learningRate: 0.1", "learningRate: 0.01"));
    assertThat(Files.readString(c)).isNotEqualTo(text);
    Path output = temp.resolve("both");

    Invocation run = compare(output, a.toString(), c.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains(c + " is called net-2 here");
    JsonNode summary = result(output.resolve("result.json"));
    assertThat(summary.at("/runs")).hasSize(2);
    assertThat(summary.at("/variants")).hasSize(2);
    JsonNode first = result(output.resolve("net/seed-1/result.json"));
    JsonNode second = result(output.resolve("net-2/seed-1/result.json"));
    assertThat(second.at("/experiment/id").asText()).isEqualTo("net-2");
    assertThat(second.at("/implementations/0/trainLoss").asDouble())
        .isNotEqualTo(first.at("/implementations/0/trainLoss").asDouble());
  }

  @Test
  void anotherFileSystemIsRefusedByName() {
    Invocation run =
        Invocation.of(
            "compare", "two-layer-net", "--data", data, "-q", "--output", "hdfs://host/runs");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--output", "hdfs:/host/runs", "copy it");
    assertThat(Path.of("hdfs:")).doesNotExist();
  }

  @Test
  void theAddressOfAFileIsItsPath() {
    Path output = temp.resolve("by-address");
    Invocation run = compare(Path.of("file:" + output), "two-layer-net");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(output.resolve("result.json")).exists();
  }

  @Test
  void oneExperimentGivenTwiceIsRefused() {
    Invocation run = compare(temp.resolve("twice"), "two-layer-net", "two-layer-net");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("expected each experiment once, found 'two-layer-net' twice");
    assertThat(temp.resolve("twice")).doesNotExist();
  }

  @Test
  void variantsThatWouldShareAFolderAreRefused() throws IOException {
    Path file = temp.resolve("cases.yaml");
    Files.writeString(
        file,
        Catalogue.text("two-layer-net")
            + "variants: {optimizer: {Slow: {optimizer.learningRate: 0.01},"
            + " slow: {optimizer.learningRate: 0.02}}}\n");
    Invocation run = compare(temp.resolve("shared"), file.toString());
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("expected every run once, found two called cases/slow");
  }

  @Test
  void noReportOfAnEarlierRunStandsBesideANewResult() throws IOException {
    Path output = temp.resolve("reused");
    assertThat(compare(output, "two-layer-net", "--format", "html,junit,csv,md").exitCode())
        .isZero();
    assertThat(output.resolve("report.html")).exists();
    Path notes = Files.writeString(output.resolve("notes.txt"), "mine");

    Invocation second = compare(output, "two-layer-net-relu", "--seeds", "1..2");
    assertThat(second.exitCode()).as(second.err()).isZero();
    assertThat(second.err()).contains(output + " held the reports of an earlier run");
    assertThat(result(output.resolve("result.json")).at("/runs")).hasSize(2);
    assertThat(output.resolve("junit.xml")).doesNotExist();
    assertThat(output.resolve("readings.csv")).doesNotExist();
    assertThat(output.resolve("report.md")).doesNotExist();
    assertThat(notes).exists();

    Invocation third = compare(output, "two-layer-net", "--format", "json");
    assertThat(third.exitCode()).as(third.err()).isZero();
    assertThat(output.resolve("report.html")).doesNotExist();
    assertThat(output.resolve("two-layer-net-relu/seed-2/result.json")).doesNotExist();
  }

  /** What is refused has not begun, and has taken nothing away. */
  @Test
  void aCandidateThatIsRefusedLeavesAnEarlierRunAlone() throws IOException {
    Path output = temp.resolve("earlier");
    assertThat(compare(output, "two-layer-net").exitCode()).isZero();
    for (String candidate : List.of("nonsense", "lacks-layers")) {
      Invocation refused = compare(output, "two-layer-net", "--candidate", candidate);
      assertThat(refused.exitCode()).as(refused.err()).isEqualTo(ExitCode.USAGE);
      assertThat(output.resolve("result.json")).exists();
      assertThat(output.resolve("report.html")).exists();
    }
  }

  @Test
  void whatCanBeGoneOnWithIsNotOverwritten() throws IOException {
    Path output = temp.resolve("interrupted");
    assertThat(compare(output, "two-layer-net", "--format", "json").exitCode()).isZero();
    Files.write(output.resolve("checkpoint.npz"), new byte[] {1});
    Invocation run = compare(output, "two-layer-net", "--format", "json");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("go on with --resume " + output);
    assertThat(output.resolve("result.json")).exists();
    assertThat(output.resolve("session.json")).isNotEmptyFile();

    Path search = Files.createDirectories(temp.resolve("search"));
    Files.writeString(search.resolve("search.json"), "{}");
    Invocation into = compare(search, "two-layer-net");
    assertThat(into.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(into.err()).contains("a directory without a search");
  }

  @Test
  void aCommandToRepeatIsReadyForAShellAndWritesOverNothing() {
    assertThat(
            OutputOptions.command(
                List.of("verify", "--include", "layer (affine|conv)", "--output", "x y", "-q")))
        .isEqualTo("lockstep verify --include 'layer (affine|conv)' -q");
  }

  /** A store of MLflow's and a folder of TensorBoard's may hold runs of others. */
  @Test
  void inFoldersOnlyWhatWasWrittenIsRemoved() throws IOException {
    Path output = temp.resolve("stores");
    Invocation first = compare(output, "two-layer-net", "--format", "json,tensorboard,mlflow");
    assertThat(first.exitCode()).as(first.err()).isZero();
    Path store = output.resolve("mlruns");
    Path experiment = only(store);
    List<Path> ours = files(store);
    ours.addAll(files(output.resolve("tensorboard")));
    assertThat(ours).hasSizeGreaterThan(10);
    Path description = experiment.resolve("meta.yaml");
    List<Path> theirs =
        List.of(
            write(store.resolve("0/meta.yaml")),
            write(experiment.resolve("theirs/meta.yaml")),
            write(experiment.resolve("theirs/metrics/loss")),
            write(output.resolve("tensorboard/theirs/events.out.tfevents.1.host")));

    Invocation second = compare(output, "two-layer-net", "--format", "json");
    assertThat(second.exitCode()).as(second.err()).isZero();
    assertThat(second.err()).contains(output + " held the reports of an earlier run");
    assertThat(theirs).allSatisfy(file -> assertThat(file).exists());
    assertThat(description).as("describes what is theirs, too").exists();
    ours.remove(description);
    assertThat(ours).allSatisfy(file -> assertThat(file).doesNotExist());

    Path alone = temp.resolve("store-alone");
    assertThat(compare(alone, "two-layer-net", "--format", "json,mlflow").exitCode()).isZero();
    assertThat(compare(alone, "two-layer-net", "--format", "json").exitCode()).isZero();
    assertThat(alone.resolve("mlruns")).doesNotExist();
  }

  private static Path write(Path file) throws IOException {
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    return Files.writeString(file, "theirs");
  }

  private static Path only(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.reduce(
              (a, b) -> {
                throw new IllegalStateException("two");
              })
          .orElseThrow();
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).collect(Collectors.toCollection(ArrayList::new));
    }
  }
}
