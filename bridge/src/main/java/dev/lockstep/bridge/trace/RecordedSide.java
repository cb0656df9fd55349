package dev.lockstep.bridge.trace;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A side whose first model is recorded: each of its observed steps, the first time that it takes
 * it. What it is asked for besides, to tell why it differs, is not.
 */
public final class RecordedSide implements ModelProvider {

  private final ModelProvider side;
  private final TraceWriter writer;
  private boolean created;

  public RecordedSide(ModelProvider side, TraceWriter writer) {
    this.side = side;
    this.writer = writer;
  }

  @Override
  public String name() {
    return side.name();
  }

  @Override
  public Model create(NetworkSpec network) {
    Model model = side.create(network);
    if (created) {
      return model;
    }
    created = true;
    return new WrappedModel(model) {
      @Override
      public double step(Batch batch, Masks masks, Observer observer) {
        if (!observer.watches() || batch.step() <= writer.step()) {
          return super.step(batch, masks, observer);
        }
        writer.begin(state(), batch);
        Map<String, Tensor> given = new LinkedHashMap<>();
        double loss =
            super.step(
                batch,
                (layer, ratio, shape) -> {
                  Tensor mask = masks.mask(layer, ratio, shape);
                  if (!given.containsKey(layer)) {
                    given.put(layer, mask.copy());
                  }
                  return mask;
                },
                new Tap(observer, writer));
        given.forEach(writer::mask);
        writer.end(state());
        return loss;
      }
    };
  }

  /** Writes what it passes on; the update is written as the state that it leaves. */
  private record Tap(Observer observer, TraceWriter writer) implements Observer {

    @Override
    public boolean watches() {
      return true;
    }

    @Override
    public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
      Tensor shown = tensor.get();
      if (phase != Phase.UPDATE) {
        writer.show(phase, path, shown);
      }
      observer.observe(phase, path, () -> shown);
    }
  }
}
