package dev.lockstep.core.diagnosis;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Undecayed;
import dev.lockstep.core.diagnosis.layers.LayerMistakes;
import dev.lockstep.core.diagnosis.layers.LayerVariants;
import dev.lockstep.core.diagnosis.layers.Operands;
import dev.lockstep.core.diagnosis.layers.Recomputed;
import dev.lockstep.core.diagnosis.layers.Samples;
import dev.lockstep.core.diagnosis.network.LossMistakes;
import dev.lockstep.core.diagnosis.network.PredictionMistakes;
import dev.lockstep.core.diagnosis.network.RegressionMistakes;
import dev.lockstep.core.diagnosis.network.Rewritten;
import dev.lockstep.core.diagnosis.network.TargetMistakes;
import dev.lockstep.core.diagnosis.tensors.Arithmetic;
import dev.lockstep.core.diagnosis.tensors.Rearranged;
import dev.lockstep.core.diagnosis.tensors.Regions;
import dev.lockstep.core.diagnosis.updates.ClippingMistakes;
import dev.lockstep.core.diagnosis.updates.DecayMistakes;
import dev.lockstep.core.diagnosis.updates.GradientMistakes;
import dev.lockstep.core.diagnosis.updates.Schedules;
import dev.lockstep.core.diagnosis.updates.UpdateMistakes;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.CandidateStep;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
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
 * show, in the step that differs and in those after it; it is the cause only if the candidate shows
 * just that, and everything else as it should be. A wrong cause is worse than none.
 */
public final class Diagnosis {

  /** So many steps must be as predicted. */
  private static final int STEPS = 3;

  /** Elements of a step beyond which no further steps are looked at: they are kept in memory. */
  private static final long MANY = 4_000_000;

  /** Further tensors named where not all is explained. */
  private static final int NAMED = 3;

  private final Case subject;
  private final List<Look> looks = new ArrayList<>();

  private Diagnosis(Case subject) {
    this.subject = subject;
    Look previous = subject.previous() == null ? null : look(subject.previous(), null);
    for (CandidateStep step : subject.steps()) {
      boolean next = previous != null && previous.step().step() + 1 == step.step();
      Look look = look(step, next ? previous : null);
      looks.add(look);
      previous = look;
    }
  }

  private Look look(CandidateStep step, @Nullable Look previous) {
    return Look.of(
        subject.network(),
        step,
        subject.judge().read(step),
        previous == null ? null : previous.alone());
  }

  /**
   * Returns what explains the difference in the first of the steps; empty if nothing known does.
   */
  public static Optional<Cause> explain(Case subject) {
    return subject.steps().isEmpty() ? Optional.empty() : new Diagnosis(subject).explain();
  }

  private Optional<Cause> explain() {
    Look first = looks.get(0);
    if (first.failing().isEmpty()) {
      return Optional.empty();
    }
    Judged judged = Objects.requireNonNull(first.judged().get(first.failing().iterator().next()));
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
    List<Hypothesis> whole = new ArrayList<>();
    List<Hypothesis> ofParts = new ArrayList<>();
    hypotheses(first, judged, whole, ofParts);
    List<Hypothesis> all = new ArrayList<>(whole);
    all.addAll(ofParts);
    Tried tried = tried(all);
    return confirmed(tried)
        .or(() -> confirmed(tried(Regions.within(looks, judged.tensor().key(), whole))))
        .or(() -> hint(tried.partly()));
  }

  /**
   * What has become of hypotheses.
   *
   * @param fitting those that explain all that differs
   * @param since those that do, and would have shown in the step before
   * @param once those that explain the first step and others, the rest being right
   * @param partly what those do not explain that explain the first tensor
   */
  private record Tried(
      List<Hypothesis> fitting,
      List<Hypothesis> since,
      List<Hypothesis> once,
      Map<Hypothesis, Set<TensorKey>> partly) {}

  private Optional<Cause> confirmed(Tried tried) {
    if (!tried.fitting().isEmpty()) {
      return Optional.of(confirmed(tried.fitting()));
    }
    if (!tried.since().isEmpty()) {
      String when = ", from step %d on".formatted(looks.get(0).step().step());
      return Optional.of(
          confirmed(tried.since().stream().map(hypothesis -> hypothesis.told(when)).toList()));
    }
    return tried.once().isEmpty() ? Optional.empty() : Optional.of(alone(best(tried.once())));
  }

  private Tried tried(List<Hypothesis> hypotheses) {
    Look first = looks.get(0);
    TensorKey key = first.failing().iterator().next();
    Tried tried =
        new Tried(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>());
    // In the first step parameters and slots are still equal numbers, which anything may explain.
    boolean sometimesRight =
        looks.size() >= STEPS
            && first.step().before().step() > 0
            && looks.stream().anyMatch(look -> look.failing().isEmpty());
    for (Hypothesis hypothesis : hypotheses) {
      boolean fitted = hypothesis.rank() == Hypothesis.Rank.FITTED;
      Set<TensorKey> left = left(hypothesis, key);
      if (left == null) {
        boolean explains =
            sometimesRight
                && !fitted
                && looks.stream()
                    .allMatch(look -> look.failing().isEmpty() || explains(hypothesis, key, look));
        if (explains) {
          tried.once().add(hypothesis);
        }
        continue;
      }
      boolean began = began(hypothesis);
      if (!left.isEmpty()) {
        if (!began) {
          tried.partly().put(hypothesis, left);
        }
      } else if (!began) {
        tried.fitting().add(hypothesis);
      } else if (!fitted || looks.size() >= STEPS) {
        tried.since().add(hypothesis);
      }
    }
    return tried;
  }

  /** A mistake of one step, after which the candidate is right again, or of some steps. */
  private Cause alone(List<Hypothesis> told) {
    if (looks.stream().skip(1).anyMatch(look -> !look.failing().isEmpty())) {
      String when = ", in steps %s and not in steps %s".formatted(steps(false), steps(true));
      return new Cause(String.join("; or ", texts(told)) + when, Cause.Standing.CONFIRMED, "");
    }
    long step = looks.get(0).step().step();
    int rows = looks.get(0).batch().size();
    String when =
        rows == looks.get(1).batch().size()
            ? ", in step %d alone".formatted(step)
            : ", in step %d alone, whose batch has %d rows".formatted(step, rows);
    return new Cause(String.join("; or ", texts(told)) + when, Cause.Standing.CONFIRMED, "");
  }

  private String steps(boolean right) {
    return looks.stream()
        .filter(look -> look.failing().isEmpty() == right)
        .map(look -> String.valueOf(look.step().step()))
        .collect(Collectors.joining(", "));
  }

  private boolean explains(Hypothesis hypothesis, TensorKey first, Look look) {
    Set<TensorKey> left = left(hypothesis, first, look);
    return left != null && left.isEmpty();
  }

  /**
   * @param whole takes mistakes of whole tensors
   * @param ofParts takes those of parts of a tensor
   */
  private void hypotheses(
      Look first, Judged judged, List<Hypothesis> whole, List<Hypothesis> ofParts) {
    TensorKey key = judged.tensor().key();
    int nominal = subject.start().batch().size();
    whole.addAll(
        Rewritten.of(
            subject.reference(), subject.start().batch(), subject.start().masks(), looks, judged));
    whole.addAll(LossMistakes.of(first, key));
    whole.addAll(RegressionMistakes.of(first, key));
    whole.addAll(TargetMistakes.of(nominal, first, key));
    whole.addAll(DecayMistakes.of(subject.start().state(), first, key));
    whole.addAll(GradientMistakes.of(first, key));
    whole.addAll(ClippingMistakes.of(subject.reference(), first, key));
    whole.addAll(Schedules.of(subject.reference(), looks, key));
    whole.addAll(PredictionMistakes.of(subject.reference(), first, key));
    whole.addAll(LayerVariants.of(subject.reference(), first, judged));
    List<Set<TensorKey>> scopes = scopes(judged);
    if (key.phase() == Phase.UPDATE) {
      // a parameter that a mistake leaves alone today it may move tomorrow
      whole.addAll(UpdateMistakes.of(first, updates(key)));
    }
    Undecayed undecayed = new Undecayed(subject.network());
    if (undecayed.concerns(key)) {
      List<Look> bare = undecayed.of(looks);
      List<Hypothesis> before = new ArrayList<>(GradientMistakes.of(bare.get(0), key));
      for (Set<TensorKey> scope : scopes) {
        before.addAll(Rearranged.of(bare.get(0), scope));
        before.addAll(Arithmetic.of(nominal, bare.get(0), scope));
        before.addAll(Regions.of(bare, scope));
      }
      before.forEach(told -> ofParts.add(undecayed.before(told)));
    }
    whole.addAll(Operands.of(subject.reference(), looks, judged, scopes));
    if (key.phase() == Phase.BACKWARD && judged.tensor().perSample()) {
      whole.addAll(Samples.of(looks, key, scopes));
    }
    for (Set<TensorKey> scope : scopes) {
      whole.addAll(LayerMistakes.of(subject.reference(), first, scope));
      whole.addAll(UpdateMistakes.of(first, scope));
      List<Hypothesis> ofTensors = new ArrayList<>(Rearranged.of(first, scope));
      ofTensors.addAll(Arithmetic.of(nominal, first, scope));
      whole.addAll(ofTensors);
      List<Hypothesis> regions = Regions.of(looks, scope);
      ofParts.addAll(regions);
      if (scope.size() == 1
          && key.phase() == Phase.FORWARD
          && first.layer(judged.tensor().layer()).isPresent()) {
        Recomputed recomputed = new Recomputed(subject.reference(), first, ofParts);
        ofTensors.addAll(regions);
        ofTensors.forEach(told -> recomputed.add(told, judged.tensor().layer()));
      }
    }
  }

  /** Returns all parameters and slots, or all running statistics, one of them first. */
  private Set<TensorKey> updates(TensorKey first) {
    Set<String> statistics = subject.network().statistics().keySet();
    Set<TensorKey> updates = new LinkedHashSet<>();
    updates.add(first);
    for (TensorKey key : looks.get(0).judged().keySet()) {
      if (key.phase() == Phase.UPDATE
          && statistics.contains(key.path()) == statistics.contains(first.path())) {
        updates.add(key);
      }
    }
    return updates;
  }

  /** Everything that differs in some step; what the same layer and phase hold; the first alone. */
  private List<Set<TensorKey>> scopes(Judged judged) {
    Set<TensorKey> everything = new LinkedHashSet<>();
    // in the order of computation, and so the first of the first step comes first
    for (TensorKey key : looks.get(0).judged().keySet()) {
      if (looks.stream().anyMatch(look -> look.differs(key))) {
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

  /**
   * Returns what a hypothesis does not explain; null if it is wrong: about the first tensor that
   * differs, or about any that it speaks of.
   */
  private @Nullable Set<TensorKey> left(Hypothesis hypothesis, TensorKey first) {
    Set<TensorKey> left = new LinkedHashSet<>();
    for (Look look : looks) {
      Set<TensorKey> here = left(hypothesis, first, look);
      if (here == null) {
        return null;
      }
      left.addAll(here);
    }
    return left;
  }

  private @Nullable Set<TensorKey> left(Hypothesis hypothesis, TensorKey first, Look look) {
    Map<TensorKey, double[]> predicted = hypothesis.predict(look);
    if (predicted == null
        || (look.step().step() == looks.get(0).step().step() && !predicted.containsKey(first))) {
      return null;
    }
    Set<TensorKey> left = new LinkedHashSet<>();
    for (Map.Entry<TensorKey, Judged> entry : look.judged().entrySet()) {
      double[] values = predicted.get(entry.getKey());
      Judged judged = entry.getValue();
      boolean differs = look.differs(entry.getKey());
      if (values == null) {
        if (differs) {
          left.add(entry.getKey());
        }
      } else if (!(differs ? judged.explains(values) : judged.fits(values))) {
        if (entry.getKey().equals(first) || !differs) {
          return null;
        }
        left.add(entry.getKey());
      }
    }
    return left;
  }

  /** Returns whether a mistake would have shown in the step before, which was right. */
  private boolean began(Hypothesis hypothesis) {
    Look previous = looks.get(0).previous();
    return previous != null && hypothesis.predict(previous) != null && !holds(hypothesis, previous);
  }

  private Cause confirmed(List<Hypothesis> fitting) {
    List<Hypothesis> told = best(fitting);
    List<Hypothesis> zeros =
        told.stream().filter(hypothesis -> hypothesis.text().startsWith(Arithmetic.ZEROS)).toList();
    if (!zeros.isEmpty()) {
      told = zeros;
    }
    int seen = looks.size();
    Holding holding = seen < STEPS ? new Holding(told, null) : toldApart(told);
    Look against = holding.against();
    List<String> texts = texts(holding.hypotheses());
    String text = String.join("; or ", texts);
    if (seen < STEPS || against != null) {
      return new Cause(
          text,
          Cause.Standing.HINT,
          against == null
              ? "only %d of %d steps could be looked at".formatted(seen, STEPS)
              : (against.failing().isEmpty()
                      ? "step %d is computed rightly"
                      : "step %d differs otherwise")
                  .formatted(against.step().step()));
    }
    return texts.size() > 1
        ? new Cause(
            text + ": the steps that were looked at do not tell them apart",
            Cause.Standing.CONFIRMED,
            "")
        : new Cause(text, Cause.Standing.CONFIRMED, "");
  }

  private static List<Hypothesis> best(List<Hypothesis> all) {
    Hypothesis.Rank best =
        all.stream().map(Hypothesis::rank).min(Hypothesis.Rank::compareTo).orElseThrow();
    return all.stream().filter(hypothesis -> hypothesis.rank() == best).toList();
  }

  private static List<String> texts(List<Hypothesis> hypotheses) {
    List<String> all = hypotheses.stream().map(Hypothesis::text).distinct().toList();
    // what is told of one layer need not be told of every layer of its kind
    return all.stream()
        .filter(
            text ->
                !text.endsWith(Recomputed.EVERY)
                    || !all.contains(text.substring(0, text.length() - Recomputed.EVERY.length())))
        .toList();
  }

  /**
   * Explanations that held as long as any did.
   *
   * @param against the step that comes out otherwise than any of them says, null if none does
   */
  private record Holding(List<Hypothesis> hypotheses, @Nullable Look against) {}

  /**
   * Keeps those of several explanations that hold on in further steps and in one on a smaller
   * batch.
   */
  private Holding toldApart(List<Hypothesis> namesakes) {
    List<Hypothesis> left = namesakes;
    Look previous = looks.get(looks.size() - 1);
    while (previous.elements() <= MANY) {
      CandidateStep step = subject.further().get();
      if (step == null) {
        break;
      }
      Look look = look(step, previous);
      List<Hypothesis> holding =
          left.stream().filter(hypothesis -> explainsAll(hypothesis, look)).toList();
      if (holding.isEmpty()) {
        return new Holding(left, look);
      }
      left = holding;
      previous = look;
    }
    Look trial = texts(left).size() > 1 ? trial() : null;
    if (trial != null) {
      List<Hypothesis> holding =
          left.stream().filter(hypothesis -> holds(hypothesis, trial)).toList();
      left = holding.isEmpty() ? left : holding;
    }
    return new Holding(left, null);
  }

  /** What cannot be predicted, for the step before was not looked at, is not held against it. */
  private static boolean explainsAll(Hypothesis hypothesis, Look look) {
    Map<TensorKey, double[]> predicted = hypothesis.predict(look);
    return predicted == null
        || look.judged().entrySet().stream()
            .allMatch(
                entry -> {
                  double[] values = predicted.get(entry.getKey());
                  return values == null
                      ? !look.differs(entry.getKey())
                      : entry.getValue().nearly(values);
                });
  }

  private static boolean holds(Hypothesis hypothesis, Look look) {
    Map<TensorKey, double[]> predicted = hypothesis.predict(look);
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
    CandidateStep last = subject.steps().get(subject.steps().size() - 1);
    int rows = last.batch().size() * 2 / 3;
    if (provider == null || rows < 2) {
      return null;
    }
    Batch fewer =
        new Batch(
            last.step(), rows(last.batch().inputs(), rows), rows(last.batch().targets(), rows));
    Recording shown = new Recording(ExpectedTensor.keys(subject.network()));
    try (Model model = provider.create(subject.network())) {
      model.restore(last.before());
      Tensor prediction = model.predict(fewer.inputs());
      shown.observe(
          ExpectedTensor.PREDICTION.phase(), ExpectedTensor.PREDICTION.path(), () -> prediction);
      model.step(fewer, last.masks(), shown);
      ModelState after = model.state();
      return look(new CandidateStep(last.before(), fewer, last.masks(), shown, after), null);
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
