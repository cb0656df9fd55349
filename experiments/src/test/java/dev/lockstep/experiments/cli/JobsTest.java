package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** However many runs are carried out at the same time, they come to the same. */
class JobsTest {

  /** Needs the answers of its members beside their results, and has dropout. */
  private static final String MEMBERS =
      """
      figures: [ensemble, loss]
      variants:
        member:
          a: {member: 1}
          b: {member: 2}
      input: [784]
      layers:
        - affine: {units: 8}
        - batchNorm
        - relu
        - dropout: {ratio: 0.3}
        - affine: {units: 10}
      optimizer: {type: adam, learningRate: 0.01}
      training: {batchSize: 20, steps: 12}
      """;

  @TempDir static Path temp;
  private static String data = "";
  private static String members = "";

  @BeforeAll
  static void write() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
    members =
        Files.writeString(temp.resolve("members.yaml"), MEMBERS, StandardCharsets.UTF_8).toString();
  }

  private static Invocation run(Path output, int jobs, List<String> words) {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of("--jobs", Integer.toString(jobs), "--output", output.toString(), "-q"));
    all.addAll(List.of("--format", "text,json"));
    return Invocation.of(all.toArray(String[]::new));
  }

  static Stream<Arguments> commands() {
    return Stream.of(
        Arguments.argumentSet(
            "an ensemble and a drawing",
            List.of("compare", members, "gradient-field", "--seeds", "1..2", "--data", data)),
        Arguments.argumentSet(
            "stock, explained",
            List.of(
                "compare",
                "two-layer-net",
                "--alignment",
                "stock",
                "optimizer.type=adam",
                "--seeds",
                "1..2",
                "--steps",
                "5",
                "training.batchSize=20",
                "--data",
                data)),
        Arguments.argumentSet(
            "each side draws for itself",
            List.of(
                "compare",
                members,
                "--alignment",
                "stock",
                "--own-draws",
                "--seeds",
                "1..3",
                "--data",
                data)),
        Arguments.argumentSet(
            "a fault",
            List.of(
                "compare",
                "two-layer-net",
                "--candidate",
                "fault:softmax-over-batch",
                "--seeds",
                "1..3",
                "--steps",
                "5",
                "training.batchSize=20",
                "--data",
                data)),
        Arguments.argumentSet(
            "verify",
            List.of("verify", "--include", "layer affine|initial xavier, affine|adam-epsilon")),
        Arguments.argumentSet(
            "search",
            List.of(
                "search",
                "hyperparameters",
                "--max-trials",
                "24",
                "--steps",
                "4",
                "--data",
                data)));
  }

  /** With three at a time also where there are two cores, so that they end in another order. */
  @ParameterizedTest
  @MethodSource("commands")
  void theSameWithOneAndWithThreeAtATime(List<String> words) throws IOException {
    Path one = Files.createTempDirectory(temp, "one-");
    Path three = Files.createTempDirectory(temp, "three-");

    Invocation alone = run(one, 1, words);
    Invocation together = run(three, 3, words);

    assertThat(together.exitCode()).as(together.err()).isEqualTo(alone.exitCode());
    LockstepProcess.assertSame(LockstepProcess.results(one), LockstepProcess.results(three));
    assertThat(command(three)).isEqualTo(command(one)).doesNotContain("--jobs");
    assertThat(withoutClock(together.out(), three)).isEqualTo(withoutClock(alone.out(), one));
  }

  private static String command(Path output) throws IOException {
    return JsonMapper.builder()
        .build()
        .readTree(output.resolve("result.json").toFile())
        .at("/command")
        .asText();
  }

  private static String withoutClock(String text, Path output) {
    return text.replace(output.toString(), "DIR")
        .replaceAll("[0-9.,]+ +(s\\b|ms\\b|samples/s)", "TIME")
        .replaceAll(" +", " ");
  }

  /** As a damaged disk may leave it: a run that cannot be gone on with, among others that can. */
  @Test
  void aRunThatFailsEndsNoOther() throws IOException {
    Path output = temp.resolve("one-fails");
    List<String> words =
        List.of(
            "compare",
            "two-layer-net",
            "--seeds",
            "1..4",
            "--steps",
            "10",
            "training.batchSize=20",
            "--data",
            data);
    assertThat(run(output, 2, words).exitCode()).isZero();
    Map<String, JsonNode> undisturbed = LockstepProcess.results(output);
    Path damaged = output.resolve("two-layer-net/seed-2/checkpoint.npz");
    Files.writeString(damaged, "not an archive", StandardCharsets.UTF_8);
    Path missing = output.resolve("two-layer-net/seed-4/result.json");
    Files.delete(missing);

    Invocation resumed =
        Invocation.of("compare", "--resume", output.toString(), "--jobs", "2", "-q");

    assertThat(resumed.exitCode()).isEqualTo(ExitCode.INPUT);
    assertThat(resumed.err()).contains(damaged.toString());
    Map<String, JsonNode> after = LockstepProcess.results(output);
    assertThat(after.get("two-layer-net/seed-4/result.json"))
        .isEqualTo(undisturbed.get("two-layer-net/seed-4/result.json"));
    ObjectNode whole = (ObjectNode) Objects.requireNonNull(after.get("result.json"));
    assertThat(whole.at("/runs")).hasSize(3);
    assertThat(whole.at("/verdict").asText()).as("one run is missing").isEqualTo("UNDECIDED");
  }

  @Test
  void twoRunsInOneProcessOfAUsersNetworkAreRefused() {
    Invocation refused =
        run(
            temp.resolve("refused"),
            2,
            List.of("compare", "--candidate", "fine", "--in-process", "--data", data));
    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("--jobs: expected 1", "found 2");
  }

  /** Before anything is started, and whether or not Spark is there. */
  @Test
  void whatAClusterCannotCarryOutIsRefusedByName() {
    assertRefused("--candidate-command", "--candidate-command", "python3 net.py");
    assertRefused("--in-process", "--candidate", "fine", "--in-process");
    assertRefused("--save-parameters", "--save-parameters", temp.resolve("p.npz").toString());
    assertRefused("--jobs", "--jobs", "2");
    assertRefused("found " + temp, "--candidate", "fine", "--classpath", temp.toString());
    Invocation settings = Invocation.of("compare", "--spark", "spark.cores.max=1");
    assertThat(settings.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(settings.err()).contains("--spark: expected with --master, found without");
  }

  private static void assertRefused(String named, String... words) {
    List<String> all = new ArrayList<>(List.of("compare", "--seeds", "1..2", "--data", data));
    all.addAll(List.of("--master", "spark://localhost:1"));
    all.addAll(List.of(words));
    Invocation refused = Invocation.of(all.toArray(String[]::new));
    assertThat(refused.exitCode()).as(refused.err()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains(named);
  }
}
