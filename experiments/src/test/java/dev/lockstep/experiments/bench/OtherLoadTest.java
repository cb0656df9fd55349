package dev.lockstep.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Numbers of a machine that others use are not to be believed, and that is said. */
class OtherLoadTest {

  private static final double BUSY = 0.53;

  @Test
  void aBusyMachineIsNamedAndAQuietOneIsNot() {
    assertThat(OtherLoad.notice(BUSY))
        .hasValueSatisfying(said -> assertThat(said).contains("53 %"));
    assertThat(OtherLoad.notice(OtherLoad.ALLOWED)).isEmpty();
    assertThat(OtherLoad.notice(-1)).isEmpty(); // a system that does not tell
  }
}
