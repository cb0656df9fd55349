package dev.lockstep.experiments.search.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.result.Verdict;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TrialTest {

  private static Trial trial(Verdict... verdicts) {
    List<Trial.Run> runs =
        Stream.of(verdicts).map(v -> new Trial.Run(1, 1, 1, 0, 0, v, null, List.of())).toList();
    return new Trial(1, Trial.State.COMPLETED, "", Map.of(), runs);
  }

  @Test
  void theVerdictIsTheWorstOfAllSeedsWhereverItStands() {
    assertThat(trial(Verdict.DIFFER, Verdict.AGREE).verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(trial(Verdict.AGREE, Verdict.DIFFER).verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(trial(Verdict.AGREE, Verdict.DIFFER, Verdict.AGREE).verdict())
        .isEqualTo(Verdict.DIFFER);
    assertThat(trial(Verdict.AGREE, Verdict.AGREE).verdict()).isEqualTo(Verdict.AGREE);
    assertThat(trial().verdict()).isNull();
  }
}
