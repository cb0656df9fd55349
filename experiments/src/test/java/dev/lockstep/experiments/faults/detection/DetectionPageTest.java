package dev.lockstep.experiments.faults.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.seeded.Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The page of the documentation is what the command writes today, its figures aside. */
final class DetectionPageTest {

  private static final Path PAGE = Path.of("..", "docs", "detection.md");

  @Test
  void isWrittenByTheCommand() throws IOException {
    String written = new DetectionReport(reportOfNothing()).markdown();

    assertThat(shape(Files.readAllLines(PAGE)))
        .as(
            "after a change of faults or report: ./lockstep verify --faults, and copy its detection.md")
        .isEqualTo(shape(written.lines().toList()));
  }

  /** All faults, sizes, factors and candidates, without anything measured. */
  private static FaultReport reportOfNothing() {
    Map<String, Double> limits = new TreeMap<>();
    BaseNetwork.all().forEach(base -> limits.put(base.id(), 0.0));
    return new FaultReport(
        0,
        Faults.all().stream()
            .flatMap(
                fault ->
                    fault.sizes().stream()
                        .map(size -> new Detection(fault, size, false, null, true, Map.of(), 0)))
            .toList(),
        List.of(),
        limits,
        SmallestFaults.places(BaseNetwork.all()).keySet().stream()
            .map(kind -> new SmallestFault(kind.phase(), kind.part(), kind.tensor(), 0, 0, 0, 0))
            .toList(),
        DetectionMatrix.correct().stream()
            .map(candidate -> new FalseAlarms(candidate, 0, List.of()))
            .toList());
  }

  /** Of a table the header and the first column, of everything else all but the figures. */
  private static List<String> shape(List<String> lines) {
    return lines.stream().map(DetectionPageTest::shape).toList();
  }

  private static String shape(String line) {
    boolean measured = line.startsWith("| ") && !line.startsWith("| fault |");
    return measured
        ? line.substring(0, line.indexOf(" |", 1))
        : line.replaceAll("[0-9]+(\\.[0-9]+)?", "#");
  }
}
