package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands of docs/your-own-data.md, run as they stand there on files as it describes them. */
class OwnDataPageTest {

  private static final Path PAGE = Path.of("../docs/your-own-data.md");
  private static final Pattern BLOCK =
      Pattern.compile("```\n(\\./lockstep .*?)```", Pattern.DOTALL);

  /** Enough for a verdict. The page's commands train for longer. */
  private static final List<String> SHORTER = List.of("--steps", "12", "-q");

  private static final List<String> SPECIES = List.of("setosa", "versicolor", "virginica");
  private static final List<String> PLACES = List.of("forest", "sea", "sunset");
  private static final List<Color> COLOURS =
      List.of(new Color(20, 110, 30), new Color(20, 60, 170), new Color(230, 120, 40));

  @TempDir static Path temp;

  @BeforeAll
  static void writeFiles() throws IOException {
    Random random = new Random(1);
    StringBuilder iris =
        new StringBuilder("sepal_length,sepal_width,petal_length,petal_width,species\n");
    StringBuilder moon = new StringBuilder();
    StringBuilder heights = new StringBuilder("a,b,y\n");
    for (int i = 0; i < 90; i++) {
      double[] x = random.doubles(4).toArray();
      int kind = i % SPECIES.size();
      iris.append(row(x[0] + kind, x[1], x[2] - kind, x[3], SPECIES.get(kind)));
      moon.append(row(x[0] + i % 2, x[1], i % 2));
      heights.append(row(x[0], x[1], 3 * x[0] * x[0] - x[1] / 2));
    }
    Files.writeString(temp.resolve("iris.csv"), iris);
    Files.writeString(temp.resolve("moon.csv"), moon);
    Files.writeString(temp.resolve("heights.csv"), heights);
    for (String part : List.of("train", "test")) {
      for (int place = 0; place < PLACES.size(); place++) {
        Path folder = temp.resolve("photos").resolve(part).resolve(PLACES.get(place));
        Files.createDirectories(folder);
        for (int i = 0; i < 5; i++) {
          ImageIO.write(
              photo(COLOURS.get(place), random), "png", folder.resolve(i + ".png").toFile());
        }
      }
    }
  }

  private static String row(Object... values) {
    return Stream.of(values).map(String::valueOf).collect(Collectors.joining(",")) + "\n";
  }

  private static BufferedImage photo(Color colour, Random random) {
    BufferedImage photo = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 32 * 32; i++) {
      int shade = random.nextInt(20);
      photo.setRGB(
          i % 32,
          i / 32,
          new Color(colour.getRed() + shade, colour.getGreen() + shade, colour.getBlue() + shade)
              .getRGB());
    }
    return photo;
  }

  /** The commands below a heading of the page. */
  private static List<String> commands(String heading) throws IOException {
    String page = Files.readString(PAGE);
    int start = page.indexOf("## " + heading);
    assertThat(start).as("a heading '%s' on the page", heading).isNotNegative();
    Matcher block = BLOCK.matcher(page.substring(start));
    assertThat(block.find()).isTrue();
    return block.group(1).lines().toList();
  }

  /** Runs a command of the page, its files being those in the temporary directory. */
  private static Invocation run(String command, List<String> more) {
    List<String> words = new ArrayList<>();
    for (String word : command.split(" ", -1)) {
      words.add(
          word.replaceFirst("^(table:|images:)(.*)$", "$1" + temp + "/$2")
              .replaceFirst("^(\\w+[.]yaml)$", temp + "/$1"));
    }
    words.addAll(more);
    return Invocation.of(words.subList(1, words.size()).toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          A table with classes   | iris.csv    | the classes are setosa, versicolor, virginica | Test accuracy
          Two classes: a moon    | moon.csv    | class of column 3 from column 1, column 2     | Test AUC
          Numbers: regression    | heights.csv | regression of y from a, b                     | Test RMSE
          Photographs            | photos      | the classes are forest, sea, sunset           | Test accuracy
          """)
  void twoCommandsFromFilesToAVerdict(String heading, String file, String read, String told)
      throws IOException {
    List<String> commands = commands(heading);
    assertThat(commands).hasSize(2);
    assertThat(commands.get(0)).contains(file);

    Invocation info = run(commands.get(0), List.of());

    assertThat(info.exitCode()).as(info.out() + info.err()).isZero();
    assertThat(info.out() + info.err()).contains(read);
    List<String> more = new ArrayList<>(SHORTER);
    more.addAll(List.of("--output", temp.resolve(file + "-run").toString()));

    Invocation compared = run(commands.get(1), more);

    assertThat(compared.exitCode()).as(compared.out() + compared.err()).isZero();
    assertThat(compared.out()).contains("AGREE", told, read);
  }

  @Test
  void everyCommandOfThePageIsTried() throws IOException {
    assertThat(Files.readString(PAGE).lines().filter(line -> line.startsWith("./lockstep")))
        .hasSize(8);
  }
}
