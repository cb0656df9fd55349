package dev.lockstep.core.compare;

import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The models of the reference that take part in a run. All of them work on one thread.
 *
 * @param free runs on from the common start
 * @param freePerturbed likewise, perturbed; null where a tolerance is declared in place of what it
 *     measures
 * @param local takes each observed step from the candidate's state, and the steps that follow; null
 *     where nothing is observed on the way
 * @param localPerturbed likewise, perturbed; null where either is
 */
record References(
    Model free,
    @Nullable Model freePerturbed,
    @Nullable Model local,
    @Nullable Model localPerturbed)
    implements AutoCloseable {

  /**
   * @param perturbed null where a tolerance is declared
   */
  static References create(
      NetworkSpec network,
      ModelProvider reference,
      @Nullable ModelProvider perturbed,
      boolean observed,
      ModelState initial) {
    List<Model> created = new ArrayList<>();
    try {
      Model free = add(reference, network, created);
      free.restore(initial);
      Model freePerturbed = perturbed == null ? null : add(perturbed, network, created);
      if (freePerturbed != null) {
        freePerturbed.restore(initial);
      }
      return new References(
          free,
          freePerturbed,
          observed ? add(reference, network, created) : null,
          observed && perturbed != null ? add(perturbed, network, created) : null);
    } catch (RuntimeException | Error e) {
      created.forEach(Model::close);
      throw e;
    }
  }

  private static Model add(ModelProvider provider, NetworkSpec network, List<Model> created) {
    Model model = provider.create(network);
    created.add(model);
    return model;
  }

  @Override
  public void close() {
    for (Model model : new Model[] {free, freePerturbed, local, localPerturbed}) {
      if (model != null) {
        model.close();
      }
    }
  }
}
