package dev.lockstep.experiments.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemoryTest {

  private static final long GIB = 1L << 30;

  @Test
  void nothingIsSaidWhereTheHeapSuffices() {
    assertThat(new Memory.Need(GIB, 9 * GIB).notice(GIB)).isEmpty();
  }

  @Test
  void aLargerRunIsToldWithAQuarterToSpare() {
    assertThat(new Memory.Need(8 * GIB, GIB).notice(6 * GIB))
        .hasValueSatisfying(
            notice ->
                assertThat(notice)
                    .contains("about 8,192 MiB", "1,024 MiB beside", "6,144 MiB here")
                    .contains("LOCKSTEP_JAVA_OPTS=-Xmx10240m"));
  }
}
