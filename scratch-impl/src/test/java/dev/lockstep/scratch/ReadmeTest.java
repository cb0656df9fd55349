package dev.lockstep.scratch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Keeps the way from the book to the code that README.md shows real and complete. */
class ReadmeTest {

  private static final Path README = Path.of("README.md");
  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final String ROOT = "dev.lockstep.scratch.";
  private static final String HEADER = "| chapter | in the book | class | Deeplearning4j | test |";
  private static final Pattern NAME = Pattern.compile("`([\\w.]+)`");
  private static final Pattern CLASS_NAME = Pattern.compile("[A-Z]\\w*");

  /** A row of the table, with the names in each cell. */
  private record Row(
      int chapter, String part, List<String> classes, List<String> dl4j, List<String> tests) {}

  private static List<Row> rows() throws IOException {
    List<String> lines = Files.readAllLines(README);
    int first = lines.indexOf(HEADER) + 2;
    assertThat(first).as("line after the table's head: " + HEADER).isGreaterThan(1);
    return lines.stream()
        .skip(first)
        .takeWhile(line -> line.startsWith("|"))
        .map(ReadmeTest::row)
        .toList();
  }

  private static Row row(String line) {
    List<String> cells = Arrays.stream(line.split("\\|")).skip(1).map(String::strip).toList();
    assertThat(cells).as(line).hasSize(5);
    return new Row(
        Integer.parseInt(cells.get(0)),
        cells.get(1),
        names(cells.get(2)),
        cells.get(3).equals("–") ? List.of() : names(cells.get(3)),
        names(cells.get(4)));
  }

  private static List<String> names(String cell) {
    List<String> names = new ArrayList<>();
    Matcher name = NAME.matcher(cell);
    while (name.find()) {
      names.add(name.group(1));
    }
    assertThat(names).as("names in: " + cell).isNotEmpty();
    return names;
  }

  @TestFactory
  Stream<DynamicTest> everyNameIsReal() throws IOException {
    return rows().stream().map(row -> DynamicTest.dynamicTest(row.part(), () -> check(row)));
  }

  private static void check(Row row) {
    assertThat(row.part()).isNotEmpty();
    for (String name : row.classes()) {
      assertThatNoException().as(name).isThrownBy(() -> Class.forName(ROOT + name));
    }
    for (String name : row.tests()) {
      assertThat(name).endsWith("Test");
      assertThatNoException().as(name).isThrownBy(() -> Class.forName(ROOT + name));
    }
    assertThat(row.dl4j()).allMatch(CLASS_NAME.asMatchPredicate());
  }

  @Test
  void goesThroughTheBookInItsOrder() throws IOException {
    List<Integer> chapters = rows().stream().map(Row::chapter).toList();

    assertThat(chapters).isSorted().contains(2, 3, 4, 5, 6, 7, 8);
  }

  @Test
  void leavesNoPublicClassOfTheBookOut() throws IOException {
    TreeSet<String> named = new TreeSet<>();
    rows().forEach(row -> named.addAll(row.classes()));

    for (String room : List.of("book", "layers", "execution", "optimizers")) {
      try (Stream<Path> files = Files.walk(SOURCES.resolve("dev/lockstep/scratch").resolve(room))) {
        List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();
        assertThat(sources).isNotEmpty();
        for (Path source : sources) {
          String name = SOURCES.relativize(source).toString().replaceAll("[/\\\\]", ".");
          String inTable = name.substring(ROOT.length(), name.length() - ".java".length());
          if (Files.readString(source)
                  .matches("(?s).*\npublic [^\n]*(class|record|interface|enum) .*")
              && !inTable.endsWith(".Require")) {
            assertThat(named).as("the table of " + README).contains(inTable);
          }
        }
      }
    }
  }
}
