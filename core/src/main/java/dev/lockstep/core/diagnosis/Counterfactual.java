package dev.lockstep.core.diagnosis;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The reference takes the same step once more with one thing changed: if it then shows what the
 * candidate showed, that thing is what the candidate does.
 */
final class Counterfactual {

  private Counterfactual() {}

  /** A step as it might have been. */
  private record Attempt(NetworkSpec network, ModelState before, Batch batch, Masks masks) {}

  static Optional<String> explain(Evidence evidence) {
    for (Map.Entry<String, Attempt> attempt : attempts(evidence).entrySet()) {
      Optional<Tensor> shown = shown(evidence, attempt.getValue());
      if (shown.isPresent()) {
        Optional<String> explained =
            evidence.acceptedIf(shown.get().data(), "it is as if " + attempt.getKey());
        if (explained.isPresent()) {
          return explained;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Tensor> shown(Evidence evidence, Attempt attempt) {
    TensorKey key = evidence.tensor().key();
    if (!attempt.network().state().equals(evidence.scene().network().state())) {
      return Optional.empty();
    }
    try (Model model = evidence.scene().reference().create(attempt.network())) {
      model.restore(attempt.before());
      if (key.equals(ExpectedTensor.PREDICTION)) {
        return Optional.of(model.predict(attempt.batch().inputs()));
      }
      Recording recording = new Recording(Set.of(key));
      model.step(attempt.batch(), attempt.masks(), recording);
      return Optional.ofNullable(recording.tensor(key));
    } catch (UsageException e) {
      // The reference need not implement what might have been.
      return Optional.empty();
    }
  }

  private static Map<String, Attempt> attempts(Evidence evidence) {
    Scene scene = evidence.scene();
    Phase phase = evidence.tensor().key().phase();
    Batch batch = scene.plan().batch(scene.step());
    Masks masks = scene.plan().masks(scene.step());
    Map<String, Attempt> attempts = new LinkedHashMap<>();

    networks(evidence)
        .forEach(
            (what, network) ->
                attempts.put(what, new Attempt(network, scene.before(), batch, masks)));
    if (phase == Phase.UPDATE) {
      for (int off : new int[] {-1, 1}) {
        long counted = scene.before().step() + off;
        if (counted >= 0) {
          ModelState before = new ModelState(counted, scene.before().tensors());
          attempts.put(
              "the optimizer's count of steps before this one were %d in place of %d"
                  .formatted(counted, scene.before().step()),
              new Attempt(scene.network(), before, batch, masks));
        }
      }
    } else {
      batches(scene, batch)
          .forEach(
              (what, other) ->
                  attempts.put(what, new Attempt(scene.network(), scene.before(), other, masks)));
      masks(scene, masks)
          .forEach(
              (what, other) ->
                  attempts.put(what, new Attempt(scene.network(), scene.before(), batch, other)));
    }
    return attempts;
  }

  private static Map<String, NetworkSpec> networks(Evidence evidence) {
    NetworkSpec network = evidence.scene().network();
    Map<String, NetworkSpec> networks =
        new LinkedHashMap<>(Alternatives.ofLayer(network, evidence.tensor().layer()));
    if (evidence.tensor().key().equals(ExpectedTensor.PREDICTION)) {
      for (LayerSpec layer : network.allLayers()) {
        networks.putAll(Alternatives.ofLayer(network, layer.name()));
      }
      networks.putAll(Alternatives.ofAllDropouts(network));
    }
    switch (evidence.tensor().key().phase()) {
      case LOSS -> networks.putAll(Alternatives.ofLoss(network));
      case BACKWARD, UPDATE -> networks.putAll(Alternatives.ofTraining(network));
      case FORWARD -> {}
    }
    return networks;
  }

  private static Map<String, Batch> batches(Scene scene, Batch batch) {
    Map<String, Batch> batches = new LinkedHashMap<>();
    batches.put("pixels were divided by 256", inputs(batch, 255.0 / 256));
    batches.put("pixels were not divided by 255", inputs(batch, 255));
    int height =
        scene.network().input().rank() == 3 ? scene.network().input().length(1) : side(batch);
    if (height > 1) {
      batches.put("images were transposed", transposed(batch, height));
    }
    batches.put("labels belonged to the next row of the batch", targets(batch, rolled(batch, 1)));
    batches.put("labels belonged to the row before", targets(batch, rolled(batch, -1)));
    if (scene.step() > 1) {
      Batch before = scene.plan().batch(scene.step() - 1);
      Batch first = scene.plan().batch(1);
      if (before.size() == batch.size()) {
        batches.put("targets were those of the step before", targets(batch, before.targets()));
        batches.put("the batch were that of the step before", before);
      }
      if (first.size() == batch.size()) {
        batches.put("targets were those of the first step", targets(batch, first.targets()));
        batches.put("the batch were that of the first step", first);
      }
    }
    return batches;
  }

  private static Batch inputs(Batch batch, double factor) {
    Tensor inputs = batch.inputs().copy();
    for (int i = 0; i < inputs.size(); i++) {
      inputs.data()[i] *= factor;
    }
    return new Batch(batch.step(), inputs, batch.targets());
  }

  private static Batch targets(Batch batch, Tensor targets) {
    return new Batch(batch.step(), batch.inputs(), targets);
  }

  private static Tensor rolled(Batch batch, int by) {
    Tensor rolled = batch.targets().copy();
    int size = rolled.size();
    int shift = by * size / batch.size();
    for (int i = 0; i < size; i++) {
      rolled.data()[i] = batch.targets().data()[Math.floorMod(i + shift, size)];
    }
    return rolled;
  }

  private static int side(Batch batch) {
    int pixels = batch.inputs().size() / batch.size();
    int side = (int) Math.round(Math.sqrt(pixels));
    return side * side == pixels ? side : 1;
  }

  private static Batch transposed(Batch batch, int height) {
    Tensor inputs = batch.inputs().copy();
    int image = height * height;
    for (int i = 0; i < inputs.size(); i++) {
      int at = i % image;
      int from = i - at + (at % height) * height + at / height;
      inputs.data()[i] = from < inputs.size() ? batch.inputs().data()[from] : 0;
    }
    return new Batch(batch.step(), inputs, batch.targets());
  }

  private static Map<String, Masks> masks(Scene scene, Masks masks) {
    Map<String, Masks> others = new LinkedHashMap<>();
    others.put(
        "dropout kept what it should drop",
        (layer, ratio, shape) -> {
          Tensor mask = masks.mask(layer, ratio, shape).copy();
          for (int i = 0; i < mask.size(); i++) {
            mask.data()[i] = 1 - mask.data()[i];
          }
          return mask;
        });
    if (scene.step() > 1) {
      others.put("dropout used the masks of the step before", scene.plan().masks(scene.step() - 1));
      others.put("dropout used the masks of the first step", scene.plan().masks(1));
    }
    return others;
  }
}
