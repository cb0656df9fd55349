package dev.lockstep.core.compare;

import dev.lockstep.core.compare.judging.Finding;
import dev.lockstep.core.diagnosis.Resemblance;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether a candidate's state can be believed: every single-step reading starts from it, and every
 * replay returns to it. It has to be the same bits, as nothing is computed on the way.
 *
 * @param paths of the network's state
 */
record StateCheck(Set<String> paths, boolean inFloat) {

  /**
   * Of the furthest that an element of a tensor moves in a step. Rounding is far less, what was not
   * taken over moves it by another step.
   */
  private static final double ANOTHER_STEP = 1e-3;

  /** Of the furthest that any tensor moves: a gradient that is nothing but rounding. */
  private static final double STANDS_STILL = 1e-9;

  private static final int NONE = -1;
  private static final int OTHER_SHAPE = -2;

  /**
   * Compares a state with what was given to {@code restore}.
   *
   * @return null if it is the same
   */
  @Nullable Finding restored(long step, ModelState given, ModelState found) {
    return different(step, given, found, "after restore(…), state() has %s, restored was %s");
  }

  /**
   * Tells where a step has led after {@code restore}, which it did not the first time.
   *
   * @param path see {@link #elsewhere}
   * @param observedAlone whether it leads to the same as the first time if it is observed
   */
  Finding otherFirstStep(
      long step, String path, ModelState known, ModelState again, boolean observedAlone) {
    return finding(
        step,
        path,
        known,
        again.tensor(path),
        false,
        observedAlone
            ? "the first step, taken once more without being observed, leads elsewhere than observed: the candidate computes otherwise where nobody looks. state() has %s, observed it had %s"
            : "after restore(…) of the initial state the first step leads elsewhere: something that a step reads is not restored. state() has %s, the first time it had %s");
  }

  /**
   * Returns the first tensor that a repeated step moves elsewhere by more than rounding.
   *
   * @param from the state that was restored
   * @param known where the step led the first time
   */
  @Nullable String elsewhere(ModelState from, ModelState known, ModelState again) {
    Map<String, Double> furthest = new HashMap<>();
    for (String path : paths) {
      furthest.merge(slot(path), move(path, from, known), Math::max);
    }
    Set<String> still = new HashSet<>();
    for (String path : paths) {
      if (move(path, from, known) <= STANDS_STILL * furthest.getOrDefault(slot(path), 0.0)) {
        still.add(owner(path));
      }
    }
    return paths.stream()
        .filter(path -> !still.contains(owner(path)))
        .filter(path -> !(move(path, known, again) <= ANOTHER_STEP * move(path, from, known)))
        .findFirst()
        .orElse(null);
  }

  private static double move(String path, ModelState from, ModelState to) {
    Tensor start = from.tensor(path);
    Tensor end = to.tensor(path);
    return start.shape().equals(end.shape())
        ? StepReadings.largestMove(start, end)
        : Double.POSITIVE_INFINITY;
  }

  /** Returns the parameter that a slot of the optimizer belongs to, else the path itself. */
  private String owner(String path) {
    String above = path.substring(0, path.lastIndexOf('/'));
    return paths.contains(above) ? above : path;
  }

  /** Returns what a slot is called, empty for what is none. */
  private String slot(String path) {
    return path.substring(owner(path).length());
  }

  /**
   * Compares the state before a step with that after the step before it.
   *
   * @return null if it is the same
   */
  @Nullable Finding unchangedSince(long step, ModelState after, ModelState before) {
    return different(
        step,
        after,
        before,
        "between two steps the candidate's state changed: before this step it has %s, after the one before it had %s");
  }

  /**
   * Compares the state before a prediction with that after it.
   *
   * @return null if it is the same
   */
  @Nullable Finding unchangedByPrediction(long step, ModelState before, ModelState after) {
    return different(
        step,
        before,
        after,
        "the candidate's predict changed its state: after it, state() has %s, before it had %s");
  }

  /**
   * Compares the state after a step with what the step showed.
   *
   * @return null if it is the same
   */
  @Nullable Finding shown(long step, Recording shown, ModelState after) {
    for (String path : paths) {
      Tensor tensor = shown.tensor(new TensorKey(Phase.UPDATE, path));
      Tensor kept = after.tensor(path);
      if (tensor != null && mismatch(tensor, kept, false) != NONE) {
        return finding(
            step,
            path,
            new ModelState(after.step(), shownState(shown)),
            kept,
            false,
            "after the step, state() has %s, the step showed %s");
      }
    }
    return null;
  }

  private Map<String, Tensor> shownState(Recording shown) {
    Map<String, Tensor> state = new TreeMap<>();
    for (String path : paths) {
      Tensor tensor = shown.tensor(new TensorKey(Phase.UPDATE, path));
      if (tensor != null) {
        state.put(path, tensor);
      }
    }
    return state;
  }

  /**
   * Compares how many steps both sides say were taken; a run may go on from a state that has some.
   *
   * @return null if it is the same
   */
  @Nullable Finding counted(long step, ModelState reference, ModelState candidate) {
    return reference.step() == candidate.step()
        ? null
        : Finding.told(
            step,
            Failure.Kind.DIFFERENCE,
            "state() says that %d steps were taken, there were %d"
                .formatted(candidate.step(), reference.step()));
  }

  /**
   * Checks that a step is counted in the state that it leaves.
   *
   * @return null if it is
   */
  @Nullable Finding countedOn(long step, ModelState before, ModelState after) {
    return after.step() == before.step() + 1
        ? null
        : Finding.told(
            step,
            Failure.Kind.DIFFERENCE,
            "after the step, state() says that %d steps were taken, before it %d: expected one more"
                .formatted(after.step(), before.step()));
  }

  private @Nullable Finding different(
      long step, ModelState expected, ModelState found, String message) {
    if (expected.step() != found.step()) {
      return Finding.told(
          step,
          Failure.Kind.DIFFERENCE,
          message.formatted("%d steps taken".formatted(found.step()), expected.step()));
    }
    for (String path : paths) {
      if (mismatch(expected.tensor(path), found.tensor(path), inFloat) != NONE) {
        return finding(step, path, expected, found.tensor(path), inFloat, message);
      }
    }
    return null;
  }

  private static Finding finding(
      long step, String path, ModelState right, Tensor found, boolean rounded, String message) {
    Tensor expected = right.tensor(path);
    int at = mismatch(expected, found, rounded);
    String have =
        at == OTHER_SHAPE
            ? "%s of shape %s".formatted(path, found.shape())
            : "%s = %s at %s"
                .formatted(path, found.data()[at], Arrays.toString(found.shape().indexOf(at)));
    String had =
        at == OTHER_SHAPE ? "shape " + expected.shape() : String.valueOf(expected.data()[at]);
    String how =
        Resemblance.of(path, expected, found, right.tensors()).map(text -> ": " + text).orElse("");
    return Finding.told(step, Failure.Kind.DIFFERENCE, message.formatted(have, had) + how);
  }

  /** Returns the position of the first element that is not the same. */
  private static int mismatch(Tensor expected, Tensor found, boolean roundedToFloat) {
    if (!expected.shape().equals(found.shape())) {
      return OTHER_SHAPE;
    }
    double[] a = expected.data();
    double[] b = found.data();
    for (int i = 0; a != b && i < a.length; i++) { // the same bits are held once
      boolean same =
          a[i] == b[i]
              || (roundedToFloat && (float) a[i] == (float) b[i])
              || (Double.isNaN(a[i]) && Double.isNaN(b[i]));
      if (!same) {
        return i;
      }
    }
    return NONE;
  }
}
