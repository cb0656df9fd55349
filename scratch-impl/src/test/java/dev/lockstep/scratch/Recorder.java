package dev.lockstep.scratch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** Keeps a copy of everything that it is told, in order. */
final class Recorder implements Observer {

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  @Override
  public boolean watches() {
    return true;
  }

  @Override
  public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
    assertThat(tensors.put(phase.id() + " " + path, tensor.get().copy()))
        .as("%s %s observed before", phase, path)
        .isNull();
  }

  Tensor get(Phase phase, String path) {
    Tensor tensor = tensors.get(phase.id() + " " + path);
    assertThat(tensor).as("%s %s of %s", phase, path, tensors.keySet()).isNotNull();
    return Objects.requireNonNull(tensor);
  }

  /** Returns the paths of one phase in the order in which they were observed. */
  List<String> paths(Phase phase) {
    String prefix = phase.id() + " ";
    return tensors.keySet().stream()
        .filter(key -> key.startsWith(prefix))
        .map(key -> key.substring(prefix.length()))
        .toList();
  }
}
