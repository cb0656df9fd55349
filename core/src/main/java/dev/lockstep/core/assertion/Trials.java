package dev.lockstep.core.assertion;

import dev.lockstep.core.diagnosis.Case;
import dev.lockstep.core.diagnosis.Cause;
import dev.lockstep.core.diagnosis.Diagnosis;
import dev.lockstep.core.diagnosis.SingleLayerJudge;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.CandidateStep;
import dev.lockstep.core.observation.Difference;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.plan.RandomStreams;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.rounding.RoundedUp;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.wording.Findings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Steps in which the reference does everything but the one thing that is the user's own. */
final class Trials implements AutoCloseable {

  static final long SEED = 1;

  private final NetworkSpec network;
  private final ModelProvider reference;
  private final String mine;
  private final Model model;
  private final Set<TensorKey> all;
  private final Random random = new Random(SEED);
  private final List<CandidateStep> steps = new ArrayList<>();
  private final List<Set<TensorKey>> answered = new ArrayList<>();

  /** What the user's own makes of a step. */
  interface Own {
    /**
     * @param reference what the reference showed
     * @param before the state from which the step started
     */
    Map<TensorKey, Tensor> answers(Recording reference, Batch batch, ModelState before);
  }

  /**
   * @param mine what the user's own is called in messages
   * @throws IllegalStateException if the reference cannot be asked about one layer by itself
   */
  Trials(NetworkSpec network, ModelProvider reference, String mine) {
    this.network = network;
    this.reference = reference;
    this.mine = mine;
    this.model = reference.create(network);
    this.all = ExpectedTensor.keys(network);
    if (!model.showsItsOwnBuffers()) {
      throw new IllegalStateException(
          "against: expected a reference that shows its own buffers, such as ScratchProvider, found "
              + reference.name());
    }
  }

  Random random() {
    return random;
  }

  /** Returns a state whose every tensor is drawn, biases too. */
  ModelState drawnState() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network
        .state()
        .forEach(
            (path, shape) -> {
              boolean positive = path.endsWith("/runningVar") || path.endsWith("/gamma");
              Tensor tensor = TrialNumbers.ORDINARY.tensor(shape, random);
              for (int i = 0; positive && i < tensor.size(); i++) {
                tensor.data()[i] = 0.5 + Math.abs(tensor.data()[i]);
              }
              tensors.put(path, tensor);
            });
    return new ModelState(0, tensors);
  }

  /** Returns dropout masks for any shape, the same at every call. */
  static Masks masks(int trial) {
    return (layer, ratio, shape) -> {
      Random drawn = new Random(new RandomStreams(SEED).stream(layer, trial).nextLong());
      Tensor mask = Tensor.zeros(shape);
      for (int i = 0; i < mask.size(); i++) {
        mask.data()[i] = drawn.nextDouble() < ratio ? 0 : 1;
      }
      return mask;
    };
  }

  /** Takes a step and returns the state it leaves on the reference's side. */
  ModelState take(ModelState before, Tensor inputs, Own own) {
    int number = steps.size() + 1;
    int samples = inputs.shape().length(0);
    Tensor targets = Tensor.zeros(Shape.of(samples, network.classes()));
    for (int row = 0; row < samples; row++) {
      targets.data()[row * network.classes() + random.nextInt(network.classes())] = 1;
    }
    Batch batch = new Batch(number, inputs, targets);
    Recording shown = new Recording(all);
    model.restore(before);
    model.step(batch, masks(number), shown);
    ModelState after = model.state();
    Map<TensorKey, Tensor> answers = answers(own, shown, batch, before);
    answers.forEach(
        (key, answer) -> {
          Tensor right = Objects.requireNonNull(shown.tensor(key), key::toString);
          if (!right.shape().equals(answer.shape())) {
            throw new AssertionError(
                "%s: expected %s of shape %s, found %s"
                    .formatted(mine, key, right.shape(), answer.shape()));
          }
        });
    answers.forEach((key, answer) -> shown.observe(key.phase(), key.path(), () -> answer));
    steps.add(new CandidateStep(before, batch, masks(number), shown, after));
    answered.add(Set.copyOf(answers.keySet()));
    return after;
  }

  /**
   * @throws AssertionError with what the user's own threw
   */
  private Map<TensorKey, Tensor> answers(Own own, Recording shown, Batch batch, ModelState before) {
    try {
      return own.answers(shown, batch, before);
    } catch (RuntimeException e) {
      throw new AssertionError("step %d: %s failed: %s".formatted(batch.step(), mine, e), e);
    }
  }

  /**
   * Compares what the user's own answered.
   *
   * @param check adds what central differences say
   * @throws AssertionError if some of it differs by more than rounding explains
   */
  void requireAgreement(UnaryOperator<FirstDivergence> check) {
    try (SingleLayerJudge judge =
        new SingleLayerJudge(network, reference, new RoundedUp(reference), false)) {
      for (int i = 0; i < steps.size(); i++) {
        for (Map.Entry<TensorKey, Judged> entry : judge.read(steps.get(i)).entrySet()) {
          if (answered.get(i).contains(entry.getKey()) && entry.getValue().differs()) {
            throw new AssertionError(
                told(check.apply(divergence(steps.get(i), entry.getValue(), cause(judge, i)))));
          }
        }
      }
    }
  }

  /** Of the step that differs and those after it, which are of other sizes. */
  private @Nullable String cause(SingleLayerJudge judge, int at) {
    List<CandidateStep> some = new ArrayList<>(steps.subList(at, Math.min(at + 3, steps.size())));
    return Diagnosis.explain(
            new Case(
                network,
                new Case.Start(steps.get(0).batch(), steps.get(0).masks(), null),
                reference,
                null,
                null,
                some,
                () -> null,
                step -> answered(judge, step)))
        .map(Cause::sentence)
        .orElse(null);
  }

  /** Leaves out what the reference has computed beside the user's own, such as an update. */
  private Map<TensorKey, Judged> answered(SingleLayerJudge judge, CandidateStep step) {
    Set<TensorKey> own = answered.get(steps.indexOf(step));
    Map<TensorKey, Judged> judged = new LinkedHashMap<>(judge.read(step));
    judged.values().removeIf(each -> each.differs() && !own.contains(each.tensor().key()));
    return judged;
  }

  private static FirstDivergence divergence(
      CandidateStep step, Judged judged, @Nullable String cause) {
    Tensor a = judged.reference();
    Tensor b = judged.candidate();
    Difference difference = Difference.between(a, b);
    int at = difference.finite() ? difference.maxAbsAt() : difference.nonFiniteAt();
    int relativeAt = difference.maxRelAt() < 0 ? at : difference.maxRelAt();
    return new FirstDivergence(
        step.step(),
        judged.tensor().key().phase(),
        judged.tensor().layer(),
        judged.tensor().key().path(),
        index(a, at),
        a.data()[at],
        b.data()[at],
        Math.abs(a.data()[at] - b.data()[at]),
        judged.floor(),
        Reading.SINGLE_LAYER,
        Difference.mismatched(a, b, judged.allowed()),
        a.size(),
        new FirstDivergence.Element(
            index(a, relativeAt), a.data()[relativeAt], b.data()[relativeAt]),
        cause,
        null);
  }

  private static List<Integer> index(Tensor tensor, int at) {
    return IntStream.of(tensor.shape().indexOf(at)).boxed().toList();
  }

  private String told(FirstDivergence first) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Step %d: %s %s of %s differs by %.3g, %.3g times what rounding explains."
            .formatted(
                first.step(),
                first.phase().id(),
                first.tensor(),
                first.layer(),
                first.error(),
                first.errorOverFloor()));
    lines.add("That is more than rounding can explain: the two do not compute the same.");
    lines.add("");
    lines.add("First divergence");
    Findings.divergence(first, reference.name(), mine).forEach(line -> lines.add("  " + line));
    return String.join("\n", lines);
  }

  @Override
  public void close() {
    model.close();
  }
}
