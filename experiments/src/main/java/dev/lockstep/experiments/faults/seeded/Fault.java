package dev.lockstep.experiments.faults.seeded;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.injection.Injection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One mistake that a person can make in an otherwise correct implementation.
 *
 * @param id its name in tables and tests
 * @param mistake what was done wrong, in words
 * @param base the network in which it is made
 * @param place where it really is
 * @param explanations any of which names what is wrong
 * @param sizes from smallest to largest; the ordinary one is always there
 * @param report a public report of it, {@code owner/name#number} on GitHub; empty if none is known
 */
public record Fault(
    String id,
    String mistake,
    BaseNetwork base,
    Place place,
    Set<Explanation> explanations,
    @JsonIgnore List<Size> sizes,
    String report) {

  /**
   * Where a comparison should see a fault first.
   *
   * @param layer that computes the tensor, and so answers for it
   */
  public record Place(Phase phase, String layer, String tensor) {}

  /** How large a fault is made. */
  public enum Scale {
    SMALLER,
    /**
     * What a slip of the pen makes: one step, one index, a factor 2, .9 for .99, an epsilon ×10.
     */
    ORDINARY,
    LARGER
  }

  /**
   * A fault at one size.
   *
   * @param amount the size in figures; empty where a fault has only one
   */
  public record Size(Scale scale, String amount, @JsonIgnore Injection injection) {

    /** Adds the amount to what is wrong. */
    public String in(String mistake) {
      return amount.isEmpty() ? mistake : mistake + ": " + amount;
    }
  }

  /** Returns a fault that has no size yet. */
  public static Fault in(
      BaseNetwork base, String id, String mistake, Place place, Explanation... explanations) {
    return new Fault(id, mistake, base, place, Set.of(explanations), List.of(), "");
  }

  /** Adds the only size that this fault has. */
  public Fault by(Injection injection) {
    return ordinary("", injection);
  }

  /** Adds where somebody reported it. */
  public Fault reported(String where) {
    return new Fault(id, mistake, base, place, explanations, sizes, where);
  }

  public Fault smaller(String amount, Injection injection) {
    return and(new Size(Scale.SMALLER, amount, injection));
  }

  public Fault ordinary(String amount, Injection injection) {
    return and(new Size(Scale.ORDINARY, amount, injection));
  }

  public Fault larger(String amount, Injection injection) {
    return and(new Size(Scale.LARGER, amount, injection));
  }

  private Fault and(Size size) {
    List<Size> more = new ArrayList<>(sizes);
    more.add(size);
    return new Fault(id, mistake, base, place, explanations, List.copyOf(more), report);
  }

  /** Returns whether it can be made in a network, and is then what its words say. */
  public boolean fits(NetworkSpec network) {
    return base.resembles(network);
  }

  /** Names the layers, the loss and the optimizer that it needs. */
  public String needs() {
    return BaseNetwork.describe(base.network());
  }

  /**
   * @throws UsageException if it cannot be made in a network
   */
  public void requireFit(NetworkSpec network) {
    if (!fits(network)) {
      throw new UsageException(
          ("fault:%s: expected a network of %s with the same constants (only sizes, initial values"
                  + " and learning rate are free), found %s; 'lockstep list faults' tells where each"
                  + " fault can be made")
              .formatted(id, needs(), BaseNetwork.describe(network)));
    }
  }

  /** Returns the ordinary size. */
  public Size ordinary() {
    return sizes.stream()
        .filter(size -> size.scale() == Scale.ORDINARY)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(id + ": expected an ordinary size"));
  }
}
