package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TableTest {

  private static final Table TABLE =
      new Table(List.of("a", "long head"), List.of(List.of("wide cell", "x|y"), List.of("b", "")));

  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    assertThat(TABLE.text())
        .isEqualTo(
            """
            a          long head
            wide cell  x|y
            b
            """);
  }

  @Test
  void markdownEscapesTheBar() {
    assertThat(TABLE.markdown())
        .isEqualTo(
            """
            | a | long head |
            | --- | --- |
            | wide cell | x\\|y |
            | b |  |
            """);
  }
}
