package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.tiny.TinyRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LongRunTest {

  /** Enough for a short run. What 2,500 observed steps show would not fit. */
  private static final String HEAP = "-Xmx16m";

  private static final long STEPS = 10_000;
  private static final long EVERY = 4;

  @Test
  void needsNoMoreMemoryThanAShortOne() throws IOException, InterruptedException {
    Process run =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-cp",
                System.getProperty("java.class.path"),
                LongRun.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(run.waitFor()).as(said).isZero();
    assertThat(said).isEqualTo("AGREE after 10000 steps");
  }

  /** Runs in a virtual machine of its own. */
  static final class LongRun {
    public static void main(String[] args) {
      Outcome outcome = TinyRun.selfComparison().steps(STEPS).observeEvery(EVERY).run();
      Verdict verdict = outcome.verdict();
      System.out.print(verdict + " after " + outcome.stepsTaken() + " steps");
    }
  }
}
