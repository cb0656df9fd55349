package dev.lockstep.experiments.cli;

import dev.lockstep.experiments.cli.SideOptions.Sides;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Both sides for as many runs as there are at the same time: a program among them answers one run
 * only, and fails for one run only. All programs end when this is closed.
 */
final class SidesPool implements AutoCloseable {

  private final Supplier<Sides> opening;
  private final Queue<Sides> free = new ConcurrentLinkedQueue<>();
  private final Queue<Sides> all = new ConcurrentLinkedQueue<>();

  SidesPool(Supplier<Sides> opening) {
    this.opening = opening;
  }

  /** Lets some work have both sides to itself. */
  <T> T lend(Function<Sides, T> work) {
    Sides known = free.poll();
    Sides lent = known == null ? open() : known;
    try {
      return work.apply(lent);
    } finally {
      free.add(lent);
    }
  }

  private Sides open() {
    Sides opened = opening.get();
    all.add(opened);
    return opened;
  }

  @Override
  public void close() {
    all.forEach(Sides::close);
  }
}
