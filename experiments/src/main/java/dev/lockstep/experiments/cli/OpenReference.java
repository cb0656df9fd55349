package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Sha256;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelFailedException;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.json.Dl4jConfiguration;
import dev.lockstep.dl4j.json.TrainedOn;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.dl4j.open.OpenConfiguration;
import dev.lockstep.dl4j.open.OpenNetwork;
import dev.lockstep.dl4j.open.OpenProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The network of a file, which Deeplearning4j trains as the reference: of layers that are known
 * here, or seen from outside where some are not.
 *
 * @param network as candidates are told of it
 * @param dataset with answers in the form in which the network gives them
 * @param providers of Deeplearning4j's own models, in a precision
 * @param digest of the file
 */
record OpenReference(
    NetworkSpec network,
    Dataset dataset,
    Function<Precision, ModelProvider> providers,
    String digest) {

  /**
   * Samples by which the shapes of a network are found out: more than one tells rows from steps.
   */
  private static final int PROBED = 2;

  /** Layers that a notice names one by one. */
  private static final int LISTED = 12;

  /** Returns why a network cannot be a reference, without the file's name; null if it can. */
  static @Nullable String refusal(Path file, Dataset data, TrainedOn on, boolean mayDiverge) {
    try {
      read(file, data, on, mayDiverge);
      return null;
    } catch (InputException e) {
      String message = String.valueOf(e.getMessage());
      return message.startsWith(file + ": ")
          ? message.substring(file.toString().length() + 2)
          : message;
    }
  }

  /**
   * @param mayDiverge whether it may leave the finite numbers in the first step
   */
  static OpenReference read(Path file, Dataset data, TrainedOn on, boolean mayDiverge) {
    String digest = Sha256.of(Dl4jConfiguration.json(file).getBytes(StandardCharsets.UTF_8));
    Split train = data.train();
    if (train.image().rank() != 2 && !OpenConfiguration.isOpen(file)) {
      Dl4jConfiguration known = Dl4jConfiguration.read(file, on);
      return new OpenReference(
          known.network(),
          data,
          precision -> new Dl4jProvider(precision, known.conventions(), known.seed()),
          digest);
    }
    int probed = Math.min(PROBED, train.size());
    Tensor samples = train.inputs(Split.range(0, probed), train.image());
    OpenNetwork open = OpenConfiguration.read(file, samples, on.epochs());
    Dataset answered = answeredAs(open, data);
    requireTrainable(file, open, answered.train(), mayDiverge);
    return new OpenReference(
        open.spec(), answered, precision -> new OpenProvider(open, precision), digest);
  }

  /**
   * What Deeplearning4j cannot train, its program would not have trained either: that is no
   * difference between two sides.
   */
  private static void requireTrainable(
      Path file, OpenNetwork open, Split train, boolean mayDiverge) {
    if (train.answer().size() != open.spec().classes()) {
      return; // told with everything else that does not fit the data
    }
    Batch batch =
        train.batch(1, Split.range(0, Math.min(PROBED, train.size())), open.spec().input());
    FirstNonFinite seen = new FirstNonFinite();
    try (Model model = new OpenProvider(open, Precision.DOUBLE).create(open.spec())) {
      model.step(batch, (layer, ratio, shape) -> Tensor.filled(shape, 1), seen);
      if (seen.found != null && !mayDiverge) {
        throw new InputException(
            "%s: expected a network that Deeplearning4j can train on this data, found that in its first step %s%s; mayDiverge=true goes on all the same"
                .formatted(file, seen.found, pNorm(file)));
      }
    } catch (ModelFailedException e) {
      throw new InputException(
          "%s: expected a network that Deeplearning4j can train on this data, found that %s"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** What Deeplearning4j's pooling by the p-norm does after a ReLU. */
  private static String pNorm(Path file) {
    return Dl4jConfiguration.json(file).contains("\"PNORM\"")
        ? ": the gradient of its pooling by the p-norm is 0 ÷ 0 wherever a window holds nothing but zeros"
        : "";
  }

  /** Keeps which tensor of a step was the first that is not finite. */
  private static final class FirstNonFinite implements Observer {
    private @Nullable String found;

    @Override
    public boolean watches() {
      return true;
    }

    @Override
    public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
      if (found == null && !Arrays.stream(tensor.get().data()).allMatch(Double::isFinite)) {
        found =
            (phase == Phase.BACKWARD ? "the gradient of " + path : path)
                + " is not a finite number everywhere";
      }
    }
  }

  /** A network that answers each step is asked for the answer to a whole sequence in the last. */
  private static Dataset answeredAs(OpenNetwork open, Dataset data) {
    boolean atTheEnd =
        open.spec().output().rank() == 2
            && data.train().image().rank() == 2
            && data.train().answer().rank() == 1;
    List<String> reading = new ArrayList<>(data.reading());
    reading.addAll(open.remarks());
    if (!atTheEnd) {
      return data.read(reading);
    }
    reading.add("a sequence's answer is asked for in its last step");
    return data.withSplits(data.train().answeredAtTheEnd(), data.test().answeredAtTheEnd())
        .read(reading);
  }

  /** Returns what is not judged because layers are seen from outside, in a sentence. */
  String notice() {
    return network.isOpen()
        ? "; seen from outside, as Deeplearning4j trains them: "
            + layers()
            + "; no layer is judged by itself, and no cause is looked for"
        : "";
  }

  /** Returns the layers one by one, or of many how many there are of each kind. */
  private String layers() {
    List<LayerSpec.Open> layers =
        network.allLayers().stream()
            .filter(LayerSpec.Open.class::isInstance)
            .map(LayerSpec.Open.class::cast)
            .toList();
    Map<String, Long> kinds =
        layers.stream()
            .collect(
                Collectors.groupingBy(
                    LayerSpec.Open::kind, LinkedHashMap::new, Collectors.counting()));
    return layers.size() <= LISTED
        ? layers.stream()
            .map(layer -> layer.name() + " (" + layer.kind() + ")")
            .collect(Collectors.joining(", "))
        : layers.size()
            + " layers ("
            + kinds.entrySet().stream()
                .map(kind -> kind.getValue() + " " + kind.getKey())
                .collect(Collectors.joining(", "))
            + ")";
  }
}
