package dev.lockstep.dl4j.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AttributionTest {

  private static final double NOTHING = 1;

  private static final Set<Convention> THREE =
      EnumSet.of(
          Convention.ADAM_EPSILON, Convention.BATCH_NORM_EPSILON, Convention.DROPOUT_SCALING);

  @Test
  void whatMakesADifferenceByItselfIsInTheExplanation() {
    Attribution attribution =
        Attribution.search(
            THREE,
            on ->
                (on.contains(Convention.ADAM_EPSILON) ? 5 : 0)
                    + (on.contains(Convention.DROPOUT_SCALING) ? 70 : 0),
            NOTHING);

    assertThat(attribution.total()).isEqualTo(75);
    assertThat(attribution.explanation())
        .containsExactlyInAnyOrder(Convention.ADAM_EPSILON, Convention.DROPOUT_SCALING);
    assertThat(attribution.ownEffects())
        .isEqualTo(
            Map.of(
                Convention.ADAM_EPSILON, 5.0,
                Convention.BATCH_NORM_EPSILON, 0.0,
                Convention.DROPOUT_SCALING, 70.0));
    assertThat(attribution.unexplained()).isZero();
  }

  @Test
  void twoThatShowOnlyTogetherNeedButOneOfThem() {
    Attribution attribution =
        Attribution.search(
            THREE,
            on ->
                on.contains(Convention.ADAM_EPSILON) && on.contains(Convention.DROPOUT_SCALING)
                    ? 9
                    : 0,
            NOTHING);

    assertThat(attribution.explanation()).hasSize(1).isSubsetOf(THREE);
    assertThat(attribution.explanation()).doesNotContain(Convention.BATCH_NORM_EPSILON);
  }

  @Test
  void anythingThatIsLeftWithoutAnyConventionIsUnexplained() {
    Attribution attribution = Attribution.search(THREE, on -> on.isEmpty() ? 3 : 4, NOTHING);

    assertThat(attribution.explanation()).isNull();
    assertThat(attribution.unexplained()).isEqualTo(3);
  }

  @Test
  void notANumberIsADifference() {
    Attribution attribution =
        Attribution.search(
            THREE, on -> on.contains(Convention.ADAM_EPSILON) ? Double.NaN : 0, NOTHING);

    assertThat(attribution.explanation()).containsExactly(Convention.ADAM_EPSILON);
  }

  @Test
  void whereNothingDiffersNothingExplains() {
    Attribution attribution = Attribution.search(THREE, on -> NOTHING, NOTHING);

    assertThat(attribution.explanation()).isEmpty();
  }
}
