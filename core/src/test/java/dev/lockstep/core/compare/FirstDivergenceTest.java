package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.tiny.Fault;
import dev.lockstep.core.tiny.Summation;
import dev.lockstep.core.tiny.TinyModel;
import dev.lockstep.core.tiny.TinyRun;
import dev.lockstep.core.tiny.Wrapped;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The step, phase, layer, tensor and element named are those of the fault. */
class FirstDivergenceTest {

  /** A step that neither the default cadence nor every 25th step observes. */
  private static final long LATE = 37;

  private static void assertPlace(
      FirstDivergence found, long step, Phase phase, String layer, String tensor) {
    assertThat(found.step()).isEqualTo(step);
    assertThat(found.phase()).isEqualTo(phase);
    assertThat(found.layer()).isEqualTo(layer);
    assertThat(found.tensor()).isEqualTo(tensor);
  }

  @Test
  void ofAWrongMomentumIsTheVelocityInTheSecondStep() {
    ModelProvider wrong =
        new ModelProvider() {
          @Override
          public String name() {
            return "wrong momentum";
          }

          @Override
          public Model create(NetworkSpec network) {
            return TinyModel.summing(Summation.FORWARD)
                .create(
                    new NetworkSpec(
                        network.input(),
                        network.layers(),
                        network.loss(),
                        network.weightDecay(),
                        new OptimizerSpec.Momentum(LearningRate.constant(0.1), 0.99)));
          }
        };
    FirstDivergence found = TinyRun.divergence(TinyRun.against(wrong).run());
    assertPlace(found, 2, Phase.UPDATE, "affine1", "affine1/W/velocity");
    assertThat(found.reading()).isEqualTo(Reading.SINGLE_LAYER);
  }

  /** Four models of the reference take part in a run, further ones look for the cause. */
  @Test
  void standsWhereTheMemoryRunsOutInLookingForItsCause() {
    AtomicInteger created = new AtomicInteger();
    ModelProvider plain = TinyModel.summing(Summation.FORWARD);
    ModelProvider reference =
        new ModelProvider() {
          @Override
          public String name() {
            return "large";
          }

          @Override
          public Model create(NetworkSpec network) {
            if (created.incrementAndGet() > 4) {
              throw new OutOfMemoryError("Java heap space");
            }
            return plain.create(network);
          }
        };
    Fault fault = Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.times(2)).from(3);
    FirstDivergence found =
        TinyRun.divergence(TinyRun.against(fault).reference(reference).steps(5).run());
    assertPlace(found, 3, Phase.BACKWARD, "affine1", "affine1/W");
    assertThat(found.diagnosis()).contains("more memory");
  }

  @Test
  void ofADroppedDivisionByTheBatchSizeIsTheFirstGradient() {
    FirstDivergence found =
        TinyRun.divergence(
            TinyRun.against(
                    Fault.in(Phase.BACKWARD, "affine2/out", Fault.Change.times(TinyRun.BATCH)))
                .run());
    assertPlace(found, 1, Phase.BACKWARD, ExpectedTensor.LOSS_LAYER, "affine2/out");
    assertThat(found.candidate() / found.reference()).isEqualTo(TinyRun.BATCH);
  }

  @Test
  void hasBothValuesOfTheWorstElementAndWhereItStands() {
    Fault fault =
        Fault.in(
            Phase.BACKWARD,
            "affine1/W",
            value -> Fault.Change.set(20, value.data()[20] + 0.25).of(value));
    FirstDivergence found = TinyRun.divergence(TinyRun.against(fault).run());
    assertThat(found.index()).as("row-major position 20 of 6×6").containsExactly(3, 2);
    assertThat(found.error()).isEqualTo(0.25);
    assertThat(found.candidate() - found.reference()).isEqualTo(0.25);
    assertThat(found.mismatched()).isEqualTo(1);
    assertThat(found.elements()).isEqualTo(36);
  }

  @ParameterizedTest
  @CsvSource({
    "FORWARD, affine1/out, affine1",
    "FORWARD, relu1/out, relu1",
    "FORWARD, dropout1/out, dropout1",
    "FORWARD, affine2/out, affine2",
    "FORWARD, loss/out, loss",
    "LOSS, loss/value, loss",
    "BACKWARD, affine2/out, loss",
    "BACKWARD, affine2/W, affine2",
    "BACKWARD, affine2/b, affine2",
    "BACKWARD, dropout1/out, affine2",
    "BACKWARD, relu1/out, dropout1",
    "BACKWARD, affine1/out, relu1",
    "BACKWARD, affine1/W, affine1",
    "BACKWARD, affine1/b, affine1",
    "UPDATE, affine1/W/velocity, affine1",
    "UPDATE, affine1/W, affine1",
    "UPDATE, affine2/b/velocity, affine2",
    "UPDATE, affine2/b, affine2",
  })
  void isWhereTheFaultIsWhateverFollowsFromIt(Phase phase, String tensor, String layer) {
    Fault fault = Fault.in(phase, tensor, Fault.Change.times(1.001)).from(LATE);
    FirstDivergence found = TinyRun.divergence(TinyRun.against(fault).steps(60).run());
    assertPlace(found, LATE, phase, layer, tensor);
  }

  @ParameterizedTest
  @ValueSource(longs = {Cadence.SPARSER, 1, 5, 25, 60})
  void isTheSameHoweverFarApartTheObservedStepsLie(long every) {
    Fault fault = Fault.in(Phase.BACKWARD, "affine2/b", Fault.Change.times(1.5)).from(LATE);
    Outcome outcome = TinyRun.against(fault).observeEvery(every).steps(60).run();
    assertPlace(TinyRun.divergence(outcome), LATE, Phase.BACKWARD, "affine2", "affine2/b");
    assertThat(outcome.stepsTaken()).isEqualTo(60);
  }

  @Test
  void endsARunThatIsToFailFast() {
    Fault fault = Fault.in(Phase.BACKWARD, "affine2/b", Fault.Change.times(1.5)).from(LATE);
    Outcome outcome = TinyRun.against(fault).observeEvery(25).steps(60).failFast().run();
    assertThat(outcome.stepsTaken())
        .as("the next observed step at the latest")
        .isBetween(LATE, 50L);
    assertThat(TinyRun.divergence(outcome).step()).isEqualTo(LATE);
  }

  @Test
  void leavesTheRunAsItWouldHaveBeenWithoutTheReplay() {
    Fault fault = Fault.in(Phase.BACKWARD, "affine2/b", Fault.Change.times(1.5)).from(LATE);
    Outcome replayed = TinyRun.against(fault).observeEvery(25).steps(60).run();
    Outcome watched = TinyRun.against(fault).observeEvery(1).steps(60).run();
    assertThat(replayed.referenceState()).isEqualTo(watched.referenceState());
    assertThat(replayed.candidateState()).isEqualTo(watched.candidateState());
    assertThat(replayed.curves()).isEqualTo(watched.curves());
  }

  /** A model that computes its step rightly and then forgets to keep the new weights. */
  private static ModelProvider forgetfulFrom(long first) {
    return Wrapped.provider(
        model ->
            new WrappedModel(model) {
              @Override
              public double step(Batch batch, Masks masks, Observer observer) {
                Tensor before = state().tensor("affine1/W");
                double loss = super.step(batch, masks, observer);
                if (batch.step() >= first) {
                  Map<String, Tensor> stale = new LinkedHashMap<>(state().tensors());
                  stale.put("affine1/W", before);
                  restore(new ModelState(state().step(), stale));
                }
                return loss;
              }
            });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 25})
  void ofAStateThatIsNotTheOneShownIsTheStepThatShowedIt(long every) {
    Outcome outcome = TinyRun.against(forgetfulFrom(LATE)).observeEvery(every).steps(60).run();
    assertThat(TinyRun.failure(outcome).message())
        .startsWith("step 37: after the step, state() has affine1/W = ");
    assertThat(outcome.readings())
        .filteredOn(reading -> reading.reading() == Reading.SINGLE_LAYER)
        .allSatisfy(
            reading ->
                assertThat(reading.errorOverFloor())
                    .isLessThanOrEqualTo(Tolerance.MAX_ERROR_OVER_FLOOR));
  }

  @Test
  void isNotSeenAgainByTheLocalReadingOnceTheFaultIsOver() {
    Fault once =
        (step, phase, path, value) ->
            step == 3 && phase == Phase.BACKWARD && path.equals("affine1/W")
                ? Fault.Change.times(2).of(value)
                : value;
    Outcome outcome = TinyRun.against(once).observeEvery(1).steps(10).run();
    assertPlace(TinyRun.divergence(outcome), 3, Phase.BACKWARD, "affine1", "affine1/W");
    assertThat(outcome.readings())
        .filteredOn(reading -> reading.step() > 3 && reading.reading() == Reading.SINGLE_LAYER)
        .isNotEmpty()
        .allSatisfy(
            reading ->
                assertThat(reading.errorOverFloor()).isLessThan(Tolerance.MAX_ERROR_OVER_FLOOR));
    assertThat(outcome.readings())
        .filteredOn(reading -> reading.step() > 3 && reading.reading() == Reading.FREE_RUNNING)
        .map(TensorReading::errorOverFloor)
        .anyMatch(ratio -> ratio > Tolerance.MAX_ERROR_OVER_FLOOR);
  }

  @Test
  void isFoundThoughTheCandidateHandsOutItsLiveState() {
    ModelProvider careless =
        Wrapped.provider(
            model ->
                new WrappedModel(model) {
                  private final Map<String, Tensor> live = new LinkedHashMap<>();

                  @Override
                  public ModelState state() {
                    ModelState now = super.state();
                    now.tensors()
                        .forEach(
                            (path, tensor) -> {
                              Tensor kept = live.computeIfAbsent(path, p -> tensor.copy());
                              System.arraycopy(tensor.data(), 0, kept.data(), 0, tensor.size());
                            });
                    return new ModelState(now.step(), live);
                  }

                  @Override
                  public double step(Batch batch, Masks masks, Observer observer) {
                    double loss = super.step(batch, masks, observer);
                    state();
                    return loss;
                  }
                });
    ModelProvider carelessAndWrong =
        Wrapped.over(
            careless,
            model ->
                new WrappedModel(model) {
                  @Override
                  public double step(Batch batch, Masks masks, Observer observer) {
                    double loss = super.step(batch, masks, observer);
                    if (batch.step() == LATE) {
                      restore(
                          new ModelState(
                              state().step(),
                              scaled(new LinkedHashMap<>(state().tensors()), "affine2/W")));
                    }
                    return loss;
                  }
                });
    Outcome outcome = TinyRun.against(carelessAndWrong).observeEvery(25).steps(60).run();
    assertThat(TinyRun.failure(outcome).message())
        .startsWith("step 37: after the step, state() has affine2/W = ");
  }

  private static Map<String, Tensor> scaled(Map<String, Tensor> tensors, String path) {
    tensors.computeIfPresent(path, (p, tensor) -> Fault.Change.times(1.01).of(tensor));
    return tensors;
  }

  @Test
  void isTheCandidatesAloneIfItOverwritesItsBatch() {
    ModelProvider overwriting =
        Wrapped.provider(
            model ->
                new WrappedModel(model) {
                  @Override
                  public double step(Batch batch, Masks masks, Observer observer) {
                    double[] inputs = batch.inputs().data();
                    for (int i = 0; i < inputs.length; i++) {
                      inputs[i] *= 2;
                    }
                    return super.step(batch, masks, observer);
                  }
                });
    Outcome outcome = TinyRun.against(overwriting).observeEvery(1).steps(5).run();
    assertPlace(TinyRun.divergence(outcome), 1, Phase.FORWARD, "affine1", "affine1/out");
    Outcome undisturbed = TinyRun.selfComparison().observeEvery(1).steps(5).run();
    assertThat(outcome.referenceState()).isEqualTo(undisturbed.referenceState());
  }

  @ParameterizedTest
  @ValueSource(longs = {Cadence.SPARSER, 1, 25})
  void ofALossThatIsNotFiniteIsWhatMadeItSo(long every) {
    Fault nan = Fault.in(Phase.FORWARD, "affine2/out", Fault.Change.set(4, Double.NaN)).from(LATE);
    Outcome outcome = TinyRun.against(nan).observeEvery(every).steps(60).run();
    assertThat(TinyRun.failure(outcome).kind()).isEqualTo(Failure.Kind.NON_FINITE);
    assertPlace(TinyRun.divergence(outcome), LATE, Phase.FORWARD, "affine2", "affine2/out");
    assertThat(outcome.stepsTaken()).isEqualTo(LATE);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 25, LATE})
  void isNotOverlookedBecauseBothSidesDivergeAfterwards(long every) {
    Fault nan = Fault.in(Phase.FORWARD, "affine2/out", Fault.Change.set(4, Double.NaN)).from(LATE);
    Fault wrong = Fault.in(Phase.BACKWARD, "affine2/b", Fault.Change.times(1.5)).from(LATE - 5);
    Fault both =
        (step, phase, path, value) ->
            nan.applied(step, phase, path, wrong.applied(step, phase, path, value));
    Outcome outcome =
        TinyRun.against(both)
            .reference(TinyModel.with(nan))
            .mayDiverge()
            .observeEvery(every)
            .steps(60)
            .run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    assertPlace(TinyRun.divergence(outcome), LATE - 5, Phase.BACKWARD, "affine2", "affine2/b");
  }

  @Test
  void isNoneWhereBothSidesDivergeAlikeInAStepThatNobodyWatched() {
    Fault nan = Fault.in(Phase.FORWARD, "affine2/out", Fault.Change.set(4, Double.NaN)).from(LATE);
    Outcome outcome =
        TinyRun.against(nan)
            .reference(TinyModel.with(nan))
            .mayDiverge()
            .observeEvery(25)
            .steps(60)
            .run();
    assertThat(outcome.failure()).isNull();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIVERGED_ALIKE);
    assertThat(outcome.stepsTaken()).isEqualTo(LATE);
  }
}
