package dev.lockstep.core.diagnosis.network;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.hypothesis.Variant;
import dev.lockstep.core.diagnosis.tensors.Rearranged;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The reference takes the step with one setting changed, or on something else than it was given.
 */
public final class Rewritten {

  private final Look first;
  private final List<Look> looks;
  private final Judged judged;
  private final Phase phase;
  private final ModelProvider reference;
  private final Batch start;
  private final Masks startMasks;
  private final List<Hypothesis> found = new ArrayList<>();

  private Rewritten(
      ModelProvider reference, Batch start, Masks startMasks, List<Look> looks, Judged judged) {
    this.first = looks.get(0);
    this.looks = looks;
    this.judged = judged;
    this.phase = judged.tensor().key().phase();
    this.reference = reference;
    this.start = start;
    this.startMasks = startMasks;
  }

  /**
   * @param looks the step that differs and those after it
   * @param judged the first tensor that differs
   */
  public static List<Hypothesis> of(
      ModelProvider reference, Batch start, Masks startMasks, List<Look> looks, Judged judged) {
    Rewritten rewritten = new Rewritten(reference, start, startMasks, looks, judged);
    rewritten.networks();
    switch (rewritten.phase) {
      case FORWARD -> {
        rewritten.images();
        rewritten.batches();
        rewritten.masks();
      }
      case LOSS, BACKWARD -> {
        rewritten.targets();
        rewritten.masks();
      }
      case UPDATE -> rewritten.counts();
    }
    return rewritten.found;
  }

  /** The prediction may be made otherwise as well, or rightly. */
  private void addTraining(String text, Function<Look, @Nullable Variant> variant) {
    add(text, variant);
    found.add(
        new Hypothesis(
            NAMED,
            "it is as if " + text,
            look -> {
              Variant changed = variant.apply(look);
              Map<TensorKey, double[]> shown =
                  changed == null ? null : changed.shown(reference, look);
              if (shown != null) {
                shown.remove(ExpectedTensor.PREDICTION);
              }
              return shown;
            }));
  }

  private void add(String text, Function<Look, @Nullable Variant> variant) {
    found.add(
        new Hypothesis(
            NAMED,
            "it is as if " + text,
            look -> {
              Variant changed = variant.apply(look);
              return changed == null ? null : changed.shown(reference, look);
            }));
  }

  private void networks() {
    NetworkSpec network = first.network();
    boolean prediction = judged.tensor().key().equals(ExpectedTensor.PREDICTION);
    Map<String, NetworkSpec> networks =
        new LinkedHashMap<>(Alternatives.ofLayer(network, judged.tensor().layer()));
    if (prediction) {
      for (LayerSpec layer : network.allLayers()) {
        networks.putAll(Alternatives.ofLayer(network, layer.name()));
      }
    }
    switch (phase) {
      case LOSS -> networks.putAll(Alternatives.ofLoss(network));
      case BACKWARD -> networks.putAll(Alternatives.ofWeightDecay(network));
      case UPDATE -> networks.putAll(Alternatives.ofTraining(network, ratesFitted()));
      case FORWARD -> {}
    }
    networks.forEach(
        (text, other) -> {
          if (prediction) {
            predicting("in prediction " + text, look -> Variant.of(look).with(other));
          } else {
            add(text, look -> Variant.of(look).with(other));
          }
        });
    if (prediction) {
      predicting();
    }
  }

  /** The rate by which the first change would have the candidate's size. */
  private double ratesFitted() {
    Tensor old = first.before(judged.tensor().key().path());
    OptimizerSpec optimizer = first.network().optimizer();
    if (old == null) {
      return Double.NaN;
    }
    double kept =
        optimizer instanceof OptimizerSpec.Momentum momentum
            ? momentum.momentum()
            : optimizer instanceof OptimizerSpec.Nesterov nesterov ? nesterov.momentum() : 1;
    double[] before = Numbers.times(kept, old.data());
    return Numbers.leastSquares(
        Numbers.minus(judged.reference().data(), before),
        Numbers.minus(judged.candidate().data(), before));
  }

  /** Changes that prediction alone sees. */
  private void predicting() {
    predicting(
        "prediction took batch normalization's statistics from the batch",
        look -> Variant.of(look).undropped(),
        true);
    for (double scale : new double[] {0.5, 1}) {
      predicting(
          "in prediction every dropout scaled by " + Numbers.setting(scale),
          look ->
              Variant.of(look)
                  .with(
                      Alternatives.withDropouts(
                          look.network(),
                          dropout -> new LayerSpec.Dropout(dropout.name(), 1 - scale, false))));
    }
    predicting(
        "in prediction every dropout divided by 1 - ratio in place of multiplying",
        look ->
            Variant.of(look)
                .with((Masks) (layer, ratio, shape) -> Tensor.filled(shape, 1 / (1 - ratio))),
        true);
    predicting(
        "the prediction were for the images of the first step, over and over",
        look ->
            Variant.of(look)
                .with(
                    new Batch(
                        1,
                        repeated(start.inputs(), look.batch().inputs()),
                        look.batch().targets())));
  }

  private static Tensor repeated(Tensor images, Tensor like) {
    return Numbers.like(like, i -> images.data()[i % images.size()]);
  }

  private void predicting(String text, Function<Look, Variant> variant) {
    predicting(text, variant, false);
  }

  /**
   * @param training whether the prediction is that of a training step
   */
  private void predicting(String text, Function<Look, Variant> variant, boolean training) {
    found.add(
        new Hypothesis(
            NAMED,
            "it is as if " + text,
            look -> {
              Variant changed = variant.apply(look);
              double[] predicted =
                  training
                      ? changed.ungrafted(reference, ExpectedTensor.OUTPUT.key())
                      : changed.predicted(reference, look);
              return predicted == null ? null : Look.only(ExpectedTensor.PREDICTION, predicted);
            }));
  }

  private void counts() {
    for (int off : new int[] {-1, 1, 10}) {
      add(
          "the optimizer's count of steps were %d in place of %d"
              .formatted(first.step().before().step() + 1 + off, first.step().before().step() + 1),
          look -> counting(look, look.step().before().step() + off));
    }
    add("the optimizer's count of steps stayed at 1", look -> counting(look, 0));
    long taken = first.step().before().step();
    if (taken > 1) {
      add(
          "the optimizer's count of steps began again at 1 in step %d"
              .formatted(first.step().step()),
          look -> counting(look, look.step().before().step() - taken));
      add(
          "the optimizer's count of steps stayed at %d".formatted(taken),
          look -> counting(look, taken - 1));
    }
  }

  private static @Nullable Variant counting(Look look, long taken) {
    return taken < 0
        ? null
        : Variant.of(look).with(new ModelState(taken, look.step().before().tensors()));
  }

  private void images() {
    Map<String, UnaryOperator<Tensor>> changes =
        new LinkedHashMap<>(ImageMistakes.of(reference, first, judged));
    if (first.network().layers().get(0).name().equals(judged.tensor().layer())) {
      changes.putAll(ImageParts.of(looks));
    }
    changes.forEach(
        (text, change) ->
            addTraining(
                text,
                look ->
                    Variant.of(look)
                        .with(
                            new Batch(
                                look.batch().step(),
                                change.apply(look.batch().inputs()),
                                look.batch().targets()))));
  }

  private void batches() {
    batch("the step before", look -> look.previous() == null ? null : look.previous().batch());
    batch("the first step", look -> start);
  }

  private void targets() {
    targets("labels belonged to the next row of the batch", look -> rolled(look, -1));
    targets("labels belonged to the row before", look -> rolled(look, 1));
    for (int by : new int[] {1, -1}) {
      targets(
          "labels were shifted by one class" + (by > 0 ? "" : ", back"),
          look -> {
            Tensor targets = look.batch().targets();
            return Rearranged.rolled(targets, targets.shape().length(1), by);
          });
    }
    targets(
        "targets were those of the step before",
        look -> look.previous() == null ? null : look.previous().batch().targets());
    targets("targets were those of the first step", look -> start.targets());
  }

  private void targets(String text, Function<Look, @Nullable Tensor> targets) {
    add(
        text,
        look -> {
          Tensor other = targets.apply(look);
          return other == null || !other.shape().equals(look.batch().targets().shape())
              ? null
              : Variant.of(look).with(new Batch(look.batch().step(), look.batch().inputs(), other));
        });
  }

  private void batch(String when, Function<Look, @Nullable Batch> batch) {
    addTraining(
        "the batch were that of " + when,
        look -> {
          Batch other = batch.apply(look);
          return other == null || other.size() != look.batch().size()
              ? null
              : Variant.of(look)
                  .with(new Batch(look.batch().step(), other.inputs(), other.targets()));
        });
  }

  private static Tensor rolled(Look look, int rows) {
    Tensor targets = look.batch().targets();
    return Rearranged.rolled(
        targets, targets.size(), rows * (targets.size() / targets.shape().length(0)));
  }

  private void masks() {
    masks("dropout kept what it should drop", look -> changed(look, value -> 1 - value));
    masks("dropout dropped nothing", look -> changed(look, value -> 1.0));
    masks(
        "dropout used the masks of the step before",
        look -> look.previous() == null ? null : look.previous().step().masks());
    masks("dropout used the masks of the first step", look -> startMasks);
  }

  private void masks(String text, Function<Look, @Nullable Masks> masks) {
    if (first.network().allLayers().stream().anyMatch(LayerSpec.Dropout.class::isInstance)) {
      add(
          text,
          look -> {
            Masks other = masks.apply(look);
            return other == null ? null : Variant.of(look).with(other);
          });
    }
  }

  private static Masks changed(Look look, DoubleUnaryOperator change) {
    return (layer, ratio, shape) -> {
      Tensor mask = look.step().masks().mask(layer, ratio, shape);
      return Tensor.of(shape, Numbers.each(mask.size(), i -> change.applyAsDouble(mask.data()[i])));
    };
  }
}
