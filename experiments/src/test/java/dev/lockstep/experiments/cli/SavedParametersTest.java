package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parameters on their way out of a run, into the next one, and to a user's own digits. */
class SavedParametersTest {

  /** Ten probabilities are printed with six digits. */
  private static final Offset<Double> PRINTED = Offset.offset(1e-5);

  @TempDir static Path temp;
  private static String data;
  private static Path saved;

  @BeforeAll
  static void train() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
    saved = temp.resolve("net.npz");
    Invocation run = five("trained", "--steps", "5", "--save-parameters", saved.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(saved).isNotEmptyFile();
  }

  private static Invocation five(String output, String... more) {
    return compare("five-samples", output, more);
  }

  private static Invocation compare(String what, String output, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "compare",
                what,
                "--data",
                data,
                "-q",
                "--output",
                temp.resolve(output).toString()));
    args.addAll(List.of(more));
    return Invocation.of(args.toArray(String[]::new));
  }

  private static JsonNode losses(String output) throws IOException {
    return JsonMapper.builder()
        .build()
        .readTree(temp.resolve(output).resolve("result.json").toFile())
        .at("/curves/loss");
  }

  @Test
  void trainingGoesOnFromThem() throws IOException {
    Path file = temp.resolve("on.yaml");
    Files.writeString(
        file,
        """
        input: 784
        layers:
          - affine: {units: 50}
          - sigmoid
          - affine: {units: 10}
        optimizer: {type: sgd, learningRate: 0.1}
        training: {batchSize: 5, order: fixed, steps: 1}
        data: {train: 5}
        initialState: net.npz
        """);
    Invocation on = compare(file.toString(), "on");
    assertThat(on.exitCode()).as(on.err()).isZero();
    assertThat(five("six", "--steps", "6").exitCode()).isZero();
    assertThat(losses("on").at("/0/reference")).isEqualTo(losses("six").at("/5/reference"));
  }

  @Test
  void bothSidesReadADigitWithThem() throws IOException {
    BufferedImage image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D pen = image.createGraphics();
    pen.setColor(Color.WHITE);
    pen.fillRect(12, 4, 4, 20);
    pen.dispose();
    Path picture = temp.resolve("one.png");
    ImageIO.write(image, "png", picture.toFile());
    Invocation run =
        Invocation.of(
            "predict", saved.toString(), picture.toString(), "--experiment", "five-samples");
    assertThat(run.exitCode()).as(run.err()).isZero();
    List<String[]> rows =
        run.out().lines().skip(2).map(line -> line.strip().split("\\s+")).toList();
    assertThat(rows).hasSize(10).allSatisfy(row -> assertThat(row[2]).isEqualTo(row[1]));
    assertThat(rows.stream().mapToDouble(row -> Double.parseDouble(row[1])).sum())
        .isCloseTo(1, PRINTED);
  }

  @Test
  void anotherNetworkRefusesThemByPathAndShape() throws IOException {
    Path picture = temp.resolve("blank.png");
    ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY), "png", picture.toFile());
    Invocation run =
        Invocation.of("predict", saved.toString(), picture.toString(), "--experiment", "dropout");
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.err()).contains("net.npz", "affine1/W", "784", "100", "50");
  }

  @Test
  void aFigureHasNone() {
    Invocation run =
        Invocation.of(
            "compare",
            "gradient-field",
            "--output",
            temp.resolve("field").toString(),
            "--save-parameters",
            temp.resolve("none.npz").toString());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("trains no network");
  }
}
