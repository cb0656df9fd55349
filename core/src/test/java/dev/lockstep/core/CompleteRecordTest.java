package dev.lockstep.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a mapper may make of a file, null where the file says nothing. */
@NullUnmarked
class CompleteRecordTest {

  private record Point(long step, String side) {}

  private record Run(
      String version, @Nullable Point first, List<Point> points, Map<String, Point> ends) {}

  private static final Point POINT = new Point(1, "reference");

  @Test
  void nothingIsMissing() {
    Run run = new Run("1", POINT, List.of(POINT), Map.of("last", POINT));

    assertThat(CompleteRecord.require(run)).isSameAs(run);
  }

  @Test
  void aNullableComponentMayBeMissing() {
    Run run = new Run("1", null, List.of(), Map.of());

    assertThat(CompleteRecord.require(run)).isSameAs(run);
  }

  @Test
  void namesWhatIsMissing() {
    Point half = new Point(1, null);

    assertMissing(null, "content");
    assertMissing(new Run(null, POINT, List.of(), Map.of()), "version");
    assertMissing(new Run("1", half, List.of(), Map.of()), "first.side");
    assertMissing(new Run("1", null, null, Map.of()), "points");
    assertMissing(new Run("1", null, Arrays.asList(POINT, null), Map.of()), "points[]");
    assertMissing(new Run("1", null, List.of(POINT, half), Map.of()), "points[].side");
    assertMissing(new Run("1", null, List.of(), Collections.singletonMap("a", null)), "ends.a");
    assertMissing(new Run("1", null, List.of(), Map.of("a", half)), "ends.a.side");
  }

  private static void assertMissing(Run run, String path) {
    assertThatThrownBy(() -> CompleteRecord.require(run))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(path + ": expected a value, found none");
  }
}
