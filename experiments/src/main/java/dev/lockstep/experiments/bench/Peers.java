package dev.lockstep.experiments.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.core.InputException;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.storage.NpzFile;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.scratch.ScratchProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Measures the same networks in NumPy and PyTorch, by scripts of the project's own, where Python
 * has them. A script starts from the plan's initial state, and what its first steps make of it is
 * compared with what the scratch side makes of it.
 */
public final class Peers {

  /** Names the Python to be used; without it, {@code python3} of the path. */
  static final String PYTHON_VARIABLE = "LOCKSTEP_PYTHON";

  /** Far above what rounding does in two steps, far below what another formula does. */
  private static final Map<Precision, Double> AGREES =
      Map.of(Precision.DOUBLE, 1e-9, Precision.FLOAT, 1e-3);

  private static final int STEPS = 2;
  private static final int BATCHES = 20;
  private static final long LOOK_SECONDS = 60;

  private final String python = System.getenv().getOrDefault(PYTHON_VARIABLE, "python3");
  private final Path directory;
  private final Map<Subject, Path> prepared = new LinkedHashMap<>();

  /**
   * @param directory for scripts and data, empty
   */
  public Peers(Path directory) {
    this.directory = directory;
    for (String script : List.of("common.py", "numpy_peer.py", "pytorch_peer.py")) {
      try (InputStream in =
          Objects.requireNonNull(Peers.class.getResourceAsStream(script), script)) {
        Files.copy(in, directory.resolve(script));
      } catch (IOException e) {
        throw new InputException("--peers: cannot write to " + directory, e);
      }
    }
  }

  /** Returns why a peer cannot be measured, empty if it can. */
  Optional<String> missing(Contender peer) {
    String module = peer == Contender.NUMPY ? "numpy" : "torch";
    try {
      Process process =
          new ProcessBuilder(python, "-c", "import numpy, " + module)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor(LOOK_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
        return Optional.empty();
      }
      process.destroyForcibly();
      return Optional.of(
          "%s: %s cannot import it; set %s to a Python that can"
              .formatted(peer, python, PYTHON_VARIABLE));
    } catch (IOException e) {
      return Optional.of(
          "%s: no %s on the path; set %s to a Python that has it"
              .formatted(peer, python, PYTHON_VARIABLE));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while looking for " + module, e);
    }
  }

  /** Returns whether a peer has what the network is made of: NumPy has no convolution. */
  static boolean canTrain(Contender peer, NetworkSpec network) {
    return peer != Contender.NUMPY
        || (network.optimizer() instanceof OptimizerSpec.Sgd
            && network.allLayers().stream()
                .allMatch(
                    layer ->
                        layer instanceof LayerSpec.Affine
                            || layer instanceof LayerSpec.Activation));
  }

  Measurement measure(Job job) {
    Contender peer = job.contender();
    Path script = directory.resolve(peer.side() + "_peer.py");
    String threads = Integer.toString(job.threads());
    return ChildProcess.run(
        List.of(
            python,
            script.toString(),
            data(job.subject()).toString(),
            peer.precisionId(),
            Integer.toString(job.warmUpSeconds()),
            Integer.toString(job.seconds())),
        Map.of(
            "OMP_NUM_THREADS", threads,
            "OPENBLAS_NUM_THREADS", threads,
            "MKL_NUM_THREADS", threads,
            "PYTHONDONTWRITEBYTECODE", "1"));
  }

  /**
   * Returns whether the first steps of a peer that has been measured led where those of the scratch
   * side lead.
   */
  boolean agrees(Subject subject, Contender peer) {
    Path data = data(subject);
    Map<String, Tensor> after =
        NpzFile.read(data.resolve(peer.side() + "-" + peer.precisionId() + ".npz"));
    double allowed = Objects.requireNonNull(AGREES.get(peer.precision()));
    for (Map.Entry<String, Tensor> expected : NpzFile.read(data.resolve("after.npz")).entrySet()) {
      Tensor actual = after.get(expected.getKey());
      if (actual == null || !near(expected.getValue(), actual, allowed)) {
        return false;
      }
    }
    return true;
  }

  private static boolean near(Tensor expected, Tensor actual, double allowed) {
    if (!expected.shape().equals(actual.shape())) {
      return false;
    }
    double bound = allowed * Math.max(1, expected.largestMagnitude());
    for (int i = 0; i < expected.size(); i++) {
      if (!(Math.abs(expected.data()[i] - actual.data()[i]) <= bound)) {
        return false;
      }
    }
    return true;
  }

  private Path data(Subject subject) {
    return prepared.computeIfAbsent(subject, this::prepare);
  }

  private Path prepare(Subject subject) {
    Path data = directory.resolve("network-" + prepared.size());
    Experiment experiment = subject.experiment();
    NetworkSpec network = experiment.network();
    TrainingPlan plan =
        new TrainingPlan(network, experiment.training(), Work.dataset().train(), experiment.seed());
    try {
      Files.createDirectories(data);
      JsonMapper.builder()
          .build()
          .writeValue(data.resolve("network.json").toFile(), description(network));
    } catch (IOException e) {
      throw new InputException("--peers: cannot write to " + data, e);
    }
    NpzFile.write(data.resolve("data.npz"), data(network, plan));
    NpzFile.write(data.resolve("after.npz"), afterFirstSteps(network, plan));
    return data;
  }

  private static Map<String, Object> description(NetworkSpec network) {
    List<Map<String, Object>> layers = new ArrayList<>();
    for (LayerSpec layer : network.layers()) {
      Map<String, Object> description = new LinkedHashMap<>(description(layer));
      description.put("name", layer.name());
      description.put(
          "parameters",
          network.parameters().stream()
              .map(ParameterSpec::path)
              .filter(path -> path.startsWith(layer.name() + "/"))
              .toList());
      layers.add(description);
    }
    return Map.of(
        "layers", layers,
        "optimizer", description(network.optimizer()),
        "steps", STEPS,
        "batches", BATCHES);
  }

  private static Map<String, Object> description(LayerSpec layer) {
    if (layer instanceof LayerSpec.Affine affine && affine.bias().equals(LayerSpec.BIAS)) {
      return Map.of("type", "affine");
    } else if (layer instanceof LayerSpec.Activation activation
        && activation.function().equals(ActivationFunction.RELU)) {
      return Map.of("type", "relu");
    } else if (layer instanceof LayerSpec.Convolution conv
        && conv.window().isPlain()
        && conv.bias().equals(LayerSpec.BIAS)) {
      return Map.of("type", "conv", "stride", conv.window().stride(), "pad", conv.window().pad());
    } else if (layer instanceof LayerSpec.Pooling pool
        && pool.type() == LayerSpec.PoolingType.MAX
        && pool.window().isPlain()
        && pool.window().height() == pool.window().width()) {
      return Map.of(
          "type", "pool", "size", pool.window().height(), "stride", pool.window().stride());
    } else if (layer instanceof LayerSpec.Dropout dropout && !dropout.inverted()) {
      return Map.of("type", "dropout");
    }
    throw new IllegalArgumentException("the peers have no " + layer);
  }

  private static Map<String, Object> description(OptimizerSpec optimizer) {
    if (optimizer instanceof OptimizerSpec.Sgd sgd) {
      return Map.of("type", "sgd", "learningRate", sgd.learningRate().initial());
    } else if (optimizer instanceof OptimizerSpec.Adam adam) {
      return Map.of(
          "type", "adam",
          "learningRate", adam.learningRate().initial(),
          "beta1", adam.beta1(),
          "beta2", adam.beta2(),
          "epsilon", adam.epsilon());
    }
    throw new IllegalArgumentException("the peers have no " + optimizer);
  }

  private static Map<String, Tensor> data(NetworkSpec network, TrainingPlan plan) {
    Map<String, Tensor> data = new LinkedHashMap<>();
    network.parameters().stream()
        .map(ParameterSpec::path)
        .forEach(path -> data.put(path, plan.initialState().tensor(path)));
    for (int i = 1; i <= BATCHES; i++) {
      Batch batch = plan.batch(i);
      data.put("x/" + i, batch.inputs());
      data.put("t/" + i, batch.targets());
      Masks masks = plan.masks(i);
      for (LayerSpec layer : network.allLayers()) {
        if (layer instanceof LayerSpec.Dropout dropout) {
          data.put(
              "mask/" + layer.name() + "/" + i,
              masks.mask(
                  layer.name(),
                  dropout.ratio(),
                  Objects.requireNonNull(network.outputShapes().get(layer.name()))
                      .batchOf(batch.size())));
        }
      }
    }
    return data;
  }

  private static Map<String, Tensor> afterFirstSteps(NetworkSpec network, TrainingPlan plan) {
    try (Model model = new ScratchProvider(Blas.chosen().implementation()).create(network)) {
      model.restore(plan.initialState());
      for (int i = 1; i <= STEPS; i++) {
        model.step(plan.batch(i), plan.masks(i), Observer.NONE);
      }
      Map<String, Tensor> after = new LinkedHashMap<>();
      network.parameters().stream()
          .map(ParameterSpec::path)
          .forEach(path -> after.put(path, model.state().tensor(path)));
      return after;
    }
  }
}
