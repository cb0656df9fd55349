package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.bridge.program.Python;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lockstep itself is killed, with no time left to end what it has started. */
class KilledProcessTest {

  /** A program that notices at once that nobody listens any more; far more on a busy machine. */
  private static final int PATIENCE_SECONDS = 60;

  /** Hangs in its first step, once it has said who it is. */
  private static final String HANGS =
      """
      import os
      import sys
      import time
      import lockstep

      class Hangs:
          def __init__(self, network):
              self.kept = {}

          def restore(self, state, step):
              self.kept = state

          def state(self):
              return self.kept

          def predict(self, x):
              return x[:, :10]

          def step(self, x, t, masks, show):
              with open(sys.argv[1] + ".new", "w") as file:
                  file.write(str(os.getpid()))
              os.rename(sys.argv[1] + ".new", sys.argv[1])
              time.sleep(600)

      lockstep.serve(Hangs)
      """;

  @TempDir Path temp;

  @Test
  void endsItsProgramsInTheMiddleOfAStep() throws IOException, InterruptedException {
    assumeTrue(Python.with("numpy").isPresent(), "skipped: no Python here has numpy");
    Path program = Files.writeString(temp.resolve("hangs.py"), HANGS);
    Path pid = temp.resolve("pid");
    LockstepProcess lockstep =
        LockstepProcess.start(
            temp.resolve("log"),
            List.of(),
            "compare",
            "two-layer-net",
            "--data",
            "synthetic",
            "--candidate-command",
            "%s %s %s".formatted(Python.with("numpy").orElseThrow(), program, pid),
            "--output",
            temp.resolve("report").toString());
    lockstep.awaitThat(() -> Files.exists(pid));
    assertThat(pid).as(lockstep.printed()).exists();
    Optional<ProcessHandle> child = ProcessHandle.of(Long.parseLong(Files.readString(pid)));
    assertThat(child).isPresent();
    lockstep.kill();
    child.orElseThrow().onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    assertThat(child.orElseThrow().isAlive()).isFalse();
  }
}
