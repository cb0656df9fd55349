package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.digits.SyntheticDigits;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same digits in files of another form give the same results on both sides, bit for bit. */
class DataFormsTest {

  private static final List<String> PARTS = List.of("train", "test");

  @TempDir Path temp;

  private Invocation compare(String data, Path output) {
    return Invocation.of(
        "compare",
        "mlp-batchnorm-dropout",
        "--data",
        data,
        "training.batchSize=20",
        "--steps",
        "10",
        "--format",
        "json",
        "--output",
        output.toString(),
        "-q");
  }

  /** All that a comparison found, aside from the data's name, the command and the clock. */
  private JsonNode found(String data) throws IOException {
    Path output = temp.resolve("out");
    Invocation run = compare(data, output);
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    ObjectNode result =
        (ObjectNode) JsonMapper.builder().build().readTree(output.resolve("result.json").toFile());
    result.remove(List.of("timing", "command"));
    ((ObjectNode) result.get("dataset")).remove(List.of("name", "notice", "reading"));
    return result;
  }

  private Path directory(String name) throws IOException {
    return Files.createDirectories(temp.resolve(name));
  }

  private static Split part(Dataset digits, String part) {
    return part.equals("train") ? digits.train() : digits.test();
  }

  private static void writeCsv(Dataset digits, Path directory) throws IOException {
    for (String part : PARTS) {
      Files.writeString(directory.resolve(part + ".csv"), csv(part(digits, part)));
    }
  }

  /** As Kaggle's digit file has it: a header, the label first. */
  private static String csv(Split split) {
    int pixels = split.image().size();
    String header =
        IntStream.range(0, pixels).mapToObj(i -> ",pixel" + i).collect(Collectors.joining());
    StringBuilder csv = new StringBuilder("label" + header + "\n");
    for (int sample = 0; sample < split.size(); sample++) {
      csv.append(split.label(sample));
      for (int i = 0; i < pixels; i++) {
        csv.append(',').append(split.pixel(sample, i));
      }
      csv.append('\n');
    }
    return csv.toString();
  }

  /** A folder for every label, in files whose names keep the order. */
  private static void writePngs(Dataset digits, Path directory) throws IOException {
    for (String part : PARTS) {
      Split split = part(digits, part);
      for (int sample = 0; sample < split.size(); sample++) {
        Path folder =
            Files.createDirectories(
                directory.resolve(part).resolve(Integer.toString(split.label(sample))));
        ImageIO.write(image(split, sample), "png", folder.resolve(sample + ".png").toFile());
      }
    }
  }

  private static BufferedImage image(Split split, int sample) {
    int height = split.image().length(1);
    int width = split.image().length(2);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < split.image().size(); i++) {
      image.getRaster().setSample(i % width, i / width, 0, split.pixel(sample, i));
    }
    return image;
  }

  @Test
  void aThousandDigitsFromCsv() throws IOException {
    Dataset digits = SyntheticDigits.dataset(1, 1000, 100);
    Path idx = directory("idx");
    SmallData.write(idx, digits);
    Path csv = directory("csv");
    writeCsv(digits, csv);

    assertThat(found("csv:" + csv)).isEqualTo(found("idx:" + idx));
  }

  @Test
  void twoHundredDigitsFromPngs() throws IOException {
    Dataset digits = SyntheticDigits.dataset(2, 200, 40);
    Path idx = directory("idx");
    SmallData.write(idx, digits);
    Path images = directory("images");
    writePngs(digits, images);

    assertThat(found("images:" + images)).isEqualTo(found("idx:" + idx));
  }

  private void refused(String data, String... said) {
    Invocation run = compare(data, temp.resolve("out"));

    assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
    assertThat(run.err()).contains(said).doesNotContain("\tat ");
    assertThat(temp.resolve("out")).doesNotExist();
  }

  private Path csvWith(int line, String row) throws IOException {
    List<String> rows = csv(SyntheticDigits.dataset(1, 20, 1).train()).lines().toList();
    String rest =
        IntStream.range(0, rows.size())
            .mapToObj(i -> (i == line - 1 ? row : rows.get(i)) + "\n")
            .collect(Collectors.joining());
    return Files.writeString(temp.resolve("digits.csv"), rest);
  }

  @Test
  void aMalformedRowIsNamedWithFileAndLine() throws IOException {
    refused("csv:" + csvWith(9, "3" + ",0".repeat(783) + ",black"), "digits.csv:9", "black");
  }

  @Test
  void aRowOfAnotherLengthIsNamedWithFileAndLine() throws IOException {
    refused("csv:" + csvWith(12, "3" + ",0".repeat(783)), "digits.csv:12", "785", "784");
  }

  @Test
  void anUnreadableImageIsNamed() throws IOException {
    Path images = directory("images");
    writePngs(SyntheticDigits.dataset(2, 60, 20), images);
    Path broken = Files.writeString(images.resolve("train/3/broken.png"), "no image");

    refused("images:" + images, broken.toString());
  }

  @Test
  void anEmptyFolderIsNamed() throws IOException {
    Path images = directory("images");
    writePngs(SyntheticDigits.dataset(2, 60, 20), images);
    Path empty = Files.createDirectories(images.resolve("test/empty"));

    refused("images:" + images, empty.toString(), "none");
  }
}
