package dev.lockstep.experiments.faults.injection;

import dev.lockstep.core.network.NetworkSpec;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * How a fault gets into a correct implementation: it is built for another network, its numbers are
 * tampered with while it computes them, or both.
 *
 * @param network makes the network that the implementation is built for
 * @param tampering makes what happens to one model
 */
public record Injection(UnaryOperator<NetworkSpec> network, Supplier<Tampering> tampering) {

  /** The implementation is built for another network than it was asked for. */
  public static Injection network(UnaryOperator<NetworkSpec> change) {
    return new Injection(change, () -> Tampering.NONE);
  }

  /** The right network is tampered with by something that remembers nothing. */
  public static Injection tampering(Tampering tampering) {
    return remembering(() -> tampering);
  }

  /** The right network is tampered with by something that remembers earlier steps. */
  public static Injection remembering(Supplier<Tampering> tampering) {
    return new Injection(UnaryOperator.identity(), tampering);
  }

  /** Some tensors are changed as they are computed. */
  public static Injection edit(Tampering.At at, Edit edit) {
    return tampering(Tampering.edit(at, edit));
  }
}
