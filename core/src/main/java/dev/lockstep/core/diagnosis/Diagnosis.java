package dev.lockstep.core.diagnosis;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.observation.Witnessed;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells why a candidate differs. Every known mistake predicts what a candidate that makes it would
 * show, in the step that differs and in those behind it; it is the cause only if the candidate
 * shows just that, and everything else as it should be. A wrong cause is worse than none.
 */
public final class Diagnosis {

  /** So many steps must be as predicted. */
  private static final int STEPS = 3;

  /** Further tensors named where not all is explained. */
  private static final int NAMED = 3;

  private final Case subject;
  private final List<Look> looks = new ArrayList<>();

  private Diagnosis(Case subject) {
    this.subject = subject;
    Look previous = subject.previous() == null ? null : look(subject.previous(), null);
    for (Witnessed step : subject.steps()) {
      boolean next = previous != null && previous.step().step() + 1 == step.step();
      Look look = look(step, next ? previous : null);
      looks.add(look);
      previous = look;
    }
  }

  private Look look(Witnessed step, @Nullable Look previous) {
    return new Look(subject.network(), step, subject.judge().read(step), previous);
  }

  /**
   * Returns what explains the difference in the first of the steps; empty if nothing known does.
   */
  public static Optional<Cause> explain(Case subject) {
    return subject.steps().isEmpty() ? Optional.empty() : new Diagnosis(subject).explain();
  }

  private Optional<Cause> explain() {
    Look first = looks.get(0);
    List<TensorKey> failing = first.failing();
    if (failing.isEmpty()) {
      return Optional.empty();
    }
    Judged judged = Objects.requireNonNull(first.judged().get(failing.get(0)));
    long notFinite =
        Arrays.stream(judged.candidate().data()).filter(value -> !Double.isFinite(value)).count();
    if (notFinite > 0) {
      return Optional.of(
          new Cause(
              "%d of %d elements are NaN or infinite on the candidate's side"
                  .formatted(notFinite, judged.candidate().size()),
              Cause.Standing.CONFIRMED,
              ""));
    }
    List<Hypothesis> fitting = new ArrayList<>();
    Map<Hypothesis, Set<TensorKey>> partly = new LinkedHashMap<>();
    for (Hypothesis hypothesis : hypotheses(first, judged)) {
      Set<TensorKey> left = left(hypothesis, judged.tensor().key());
      if (left == null) {
        continue;
      }
      if (left.isEmpty()) {
        fitting.add(hypothesis);
      } else {
        partly.put(hypothesis, left);
      }
    }
    return fitting.isEmpty() ? hint(partly) : Optional.of(confirmed(fitting));
  }

  private List<Hypothesis> hypotheses(Look first, Judged judged) {
    List<Hypothesis> all = new ArrayList<>(Rewritten.of(subject, first, judged));
    all.addAll(LossMistakes.of(first, judged.tensor().key()));
    for (Set<TensorKey> scope : scopes(judged)) {
      all.addAll(LayerMistakes.of(subject.reference(), first, scope));
      all.addAll(UpdateMistakes.of(first, scope));
      all.addAll(Rearranged.of(first, scope));
      all.addAll(Arithmetic.of(first, scope));
    }
    return all;
  }

  /** Everything that differs in some step; what the same layer and phase hold; the first alone. */
  private List<Set<TensorKey>> scopes(Judged judged) {
    Set<TensorKey> everything = new LinkedHashSet<>();
    // in the order of computation, and so the first of the first step comes first
    for (TensorKey key : looks.get(0).judged().keySet()) {
      if (looks.stream().anyMatch(look -> fails(look, key))) {
        everything.add(key);
      }
    }
    TensorKey first = judged.tensor().key();
    Set<TensorKey> ordered = new LinkedHashSet<>();
    ordered.add(first);
    ordered.addAll(everything);
    Set<TensorKey> phase =
        ordered.stream()
            .filter(key -> key.phase() == first.phase())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    Set<Set<TensorKey>> scopes = new LinkedHashSet<>();
    scopes.add(ordered);
    scopes.add(phase);
    scopes.add(Set.of(first));
    return List.copyOf(scopes);
  }

  private static boolean fails(Look look, TensorKey key) {
    Judged judged = look.judged().get(key);
    return judged != null && judged.differs();
  }

  /**
   * Returns what a hypothesis does not explain; null if it is wrong: about the first tensor that
   * differs, or about any that it speaks of.
   */
  private @Nullable Set<TensorKey> left(Hypothesis hypothesis, TensorKey first) {
    Look previous = looks.get(0).previous();
    if (previous != null && !agreedAsPredicted(hypothesis, previous)) {
      return null;
    }
    Set<TensorKey> left = new LinkedHashSet<>();
    for (int i = 0; i < looks.size(); i++) {
      Look look = looks.get(i);
      Map<TensorKey, double[]> predicted = hypothesis.formula().predict(look);
      if (predicted == null || (i == 0 && !predicted.containsKey(first))) {
        return null;
      }
      for (Map.Entry<TensorKey, Judged> entry : look.judged().entrySet()) {
        double[] values = predicted.get(entry.getKey());
        Judged judged = entry.getValue();
        if (values == null) {
          if (judged.differs()) {
            left.add(entry.getKey());
          }
        } else if (!(judged.differs() ? judged.explains(values) : judged.fits(values))) {
          if (entry.getKey().equals(first) || !judged.differs()) {
            return null;
          }
          left.add(entry.getKey());
        }
      }
    }
    return left;
  }

  /** A cause that would have shown in the step before is none. */
  private static boolean agreedAsPredicted(Hypothesis hypothesis, Look previous) {
    return hypothesis.formula().predict(previous) == null || holds(hypothesis, previous);
  }

  private Cause confirmed(List<Hypothesis> fitting) {
    Hypothesis.Rank best =
        fitting.stream().map(Hypothesis::rank).min(Hypothesis.Rank::compareTo).orElseThrow();
    List<Hypothesis> told =
        fitting.stream().filter(hypothesis -> hypothesis.rank() == best).toList();
    List<Hypothesis> zeros =
        told.stream().filter(hypothesis -> hypothesis.text().equals(Arithmetic.ZEROS)).toList();
    if (!zeros.isEmpty()) {
      told = zeros;
    } else if (texts(told).size() > 1) {
      told = toldApart(told);
    }
    List<String> texts = texts(told);
    String text = String.join("; or ", texts);
    if (looks.size() < STEPS) {
      return new Cause(
          text,
          Cause.Standing.HINT,
          "only %d of %d steps could be looked at".formatted(looks.size(), STEPS));
    }
    return texts.size() > 1
        ? new Cause(
            text + ": the steps that were looked at do not tell them apart",
            Cause.Standing.CONFIRMED,
            "")
        : new Cause(text, Cause.Standing.CONFIRMED, "");
  }

  private static List<String> texts(List<Hypothesis> hypotheses) {
    return hypotheses.stream().map(Hypothesis::text).distinct().toList();
  }

  /** Lets the candidate take a step on a smaller batch, in which namesakes differ. */
  private List<Hypothesis> toldApart(List<Hypothesis> namesakes) {
    Look trial = trial();
    if (trial == null) {
      return namesakes;
    }
    List<Hypothesis> left =
        namesakes.stream().filter(hypothesis -> holds(hypothesis, trial)).toList();
    return left.isEmpty() ? namesakes : left;
  }

  private static boolean holds(Hypothesis hypothesis, Look look) {
    Map<TensorKey, double[]> predicted = hypothesis.formula().predict(look);
    return predicted != null
        && predicted.entrySet().stream()
            .allMatch(
                entry -> {
                  Judged judged = look.judged().get(entry.getKey());
                  return judged == null || judged.fits(entry.getValue());
                });
  }

  private @Nullable Look trial() {
    ModelProvider provider = subject.candidate();
    Witnessed last = subject.steps().get(subject.steps().size() - 1);
    int rows = last.batch().size() * 2 / 3;
    if (provider == null || rows < 2) {
      return null;
    }
    Batch fewer =
        new Batch(
            last.step(), rows(last.batch().inputs(), rows), rows(last.batch().targets(), rows));
    Recording shown =
        new Recording(
            ExpectedTensor.of(subject.network()).stream()
                .map(ExpectedTensor::key)
                .collect(Collectors.toSet()));
    try (Model model = provider.create(subject.network())) {
      model.restore(last.before());
      Tensor prediction = model.predict(fewer.inputs());
      shown.observe(
          ExpectedTensor.PREDICTION.phase(), ExpectedTensor.PREDICTION.path(), () -> prediction);
      model.step(fewer, last.masks(), shown);
      ModelState after = model.state();
      return look(new Witnessed(last.before(), fewer, last.masks(), shown, after), null);
    } catch (RuntimeException e) {
      return null; // a candidate need not take a batch of another size
    }
  }

  private static Tensor rows(Tensor tensor, int rows) {
    int[] lengths = tensor.shape().toArray();
    int row = tensor.size() / lengths[0];
    lengths[0] = rows;
    return Tensor.of(Shape.of(lengths), Arrays.copyOf(tensor.data(), rows * row));
  }

  /** What explains the first tensor in every step, but not all of the others. */
  private static Optional<Cause> hint(Map<Hypothesis, Set<TensorKey>> partly) {
    return partly.entrySet().stream()
        .filter(entry -> entry.getKey().rank() != Hypothesis.Rank.FITTED)
        .min(
            (a, b) ->
                a.getKey().rank() != b.getKey().rank()
                    ? a.getKey().rank().compareTo(b.getKey().rank())
                    : Integer.compare(a.getValue().size(), b.getValue().size()))
        .map(
            entry ->
                new Cause(
                    entry.getKey().text(),
                    Cause.Standing.HINT,
                    "%s is not explained by that".formatted(some(entry.getValue()))));
  }

  private static String some(Set<TensorKey> keys) {
    String named =
        keys.stream().limit(NAMED).map(TensorKey::toString).collect(Collectors.joining(", "));
    return keys.size() > NAMED ? named + " and %d more".formatted(keys.size() - NAMED) : named;
  }
}
