package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.tiny.TinyRun;
import org.junit.jupiter.api.Test;

class LockstepTest {

  @Test
  void twoRightImplementationsAgree() {
    Outcome outcome = TinyRun.selfComparison().steps(60).run();
    assertThat(outcome.failure()).isNull();
    assertThat(outcome.verdict()).isEqualTo(Verdict.AGREE);
  }
}
