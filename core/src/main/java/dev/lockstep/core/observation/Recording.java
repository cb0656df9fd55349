package dev.lockstep.core.observation;

import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps what one step of one side showed, until the next step. Its buffers are used again. */
public final class Recording implements Observer {

  private final Set<TensorKey> wanted;
  private final Map<TensorKey, Tensor> buffers = new LinkedHashMap<>();
  private final Map<TensorKey, Tensor> seen = new LinkedHashMap<>();

  /**
   * @param wanted the tensors to keep; others are not even asked for
   */
  public Recording(Set<TensorKey> wanted) {
    this.wanted = wanted;
  }

  /** Forgets the step before. */
  public void clear() {
    seen.clear();
  }

  @Override
  public boolean watches() {
    return true;
  }

  @Override
  public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
    TensorKey key = new TensorKey(phase, path);
    if (!wanted.contains(key)) {
      return;
    }
    Tensor shown = tensor.get();
    Tensor buffer = buffers.get(key);
    if (buffer == null || !buffer.shape().equals(shown.shape())) {
      buffer = Tensor.zeros(shown.shape());
      buffers.put(key, buffer);
    }
    System.arraycopy(shown.data(), 0, buffer.data(), 0, shown.size());
    seen.put(key, buffer);
  }

  /** Returns a recording of its own of all that was seen. */
  public Recording copy() {
    Recording copy = new Recording(wanted);
    seen.forEach((key, tensor) -> copy.seen.put(key, tensor.copy()));
    return copy;
  }

  /**
   * Holds on to tensors in place of copies of its own where both are the same bits: a large network
   * shows a state that somebody keeps anyway.
   *
   * @param tensors by path, changed by nobody
   */
  public void share(Phase phase, Map<String, Tensor> tensors) {
    tensors.forEach(
        (path, tensor) -> {
          TensorKey key = new TensorKey(phase, path);
          Tensor shown = seen.get(key);
          if (shown != null && shown.equals(tensor)) {
            seen.put(key, tensor);
            buffers.remove(key);
          }
        });
  }

  /** Returns what was shown of a tensor, or null if nothing was. */
  public @Nullable Tensor tensor(TensorKey key) {
    return seen.get(key);
  }

  /** Returns all that was shown in this step, in the order in which it came. */
  public Map<TensorKey, Tensor> tensors() {
    return Collections.unmodifiableMap(seen);
  }
}
