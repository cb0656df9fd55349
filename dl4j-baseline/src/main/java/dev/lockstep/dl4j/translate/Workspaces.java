package dev.lockstep.dl4j.translate;

import java.util.function.Supplier;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DL4J's reused memory. An array made inside of a workspace is invalid once that is left, so what
 * outlives a layer's forward pass has to be made outside.
 */
public final class Workspaces {

  private Workspaces() {}

  @SuppressWarnings("try") // the scope is what counts, not the variable
  public static <T> T outside(Supplier<T> action) {
    try (MemoryWorkspace scope = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return action.get();
    }
  }
}
