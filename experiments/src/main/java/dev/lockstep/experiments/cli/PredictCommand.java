package dev.lockstep.experiments.cli;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.storage.NpzFile;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.datavec.DigitImage;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.catalogue.Catalogue;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.scratch.ScratchProvider;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep predict}: both sides' probabilities for a user's own digits. */
@Command(
    name = "predict",
    description = "Both sides' probabilities for digits of your own.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lockstep compare two-layer-net --save-parameters net.npz",
      "  lockstep predict net.npz my-digit.png --experiment two-layer-net"
    })
final class PredictCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "MODEL.npz",
      description = "Parameters by path, such as compare --save-parameters writes.")
  private Path parameters;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "IMAGE",
      description = "Pictures of one digit each, PNG or JPEG.")
  private List<Path> images;

  @Option(
      names = "--experiment",
      paramLabel = "EXPERIMENT|FILE.yaml",
      defaultValue = Catalogue.DEFAULT,
      description = "The network that the parameters belong to (default: ${DEFAULT-VALUE}).")
  private String experiment;

  @Override
  public Integer call() {
    NetworkSpec network = network();
    Map<String, Tensor> state = new LinkedHashMap<>();
    network.state().forEach((path, shape) -> state.put(path, Tensor.zeros(shape)));
    state.putAll(NpzFile.read(parameters, network.trained()));
    Tensor inputs = inputs(network);
    ModelState trained = new ModelState(0, state);
    Tensor scratch =
        predict(new ScratchProvider(Blas.chosen().implementation()), network, trained, inputs);
    Tensor dl4j = predict(Dl4jProvider.aligned(Precision.DOUBLE), network, trained, inputs);
    PrintWriter out = spec.commandLine().getOut();
    for (int image = 0; image < images.size(); image++) {
      print(out, images.get(image), row(scratch, image), row(dl4j, image));
    }
    return ExitCode.OK;
  }

  private NetworkSpec network() {
    List<Experiment> variants = Catalogue.find(experiment).experiments(Map.of());
    NetworkSpec network = variants.get(0).network();
    if (network.input().size() != DigitImage.SIDE * DigitImage.SIDE) {
      throw new UsageException(
          "%s reads %s; pictures of digits are brought to %d×%d"
              .formatted(experiment, network.input(), DigitImage.SIDE, DigitImage.SIDE));
    }
    return network;
  }

  private Tensor inputs(NetworkSpec network) {
    int pixels = network.input().size();
    byte[] all = new byte[images.size() * pixels];
    for (int i = 0; i < images.size(); i++) {
      System.arraycopy(DigitImage.read(images.get(i)), 0, all, i * pixels, pixels);
    }
    Split split =
        new Split(Shape.of(1, DigitImage.SIDE, DigitImage.SIDE), 10, all, new byte[images.size()]);
    return split.inputs(Split.range(0, images.size()), network.input());
  }

  private static Tensor predict(
      ModelProvider provider, NetworkSpec network, ModelState trained, Tensor inputs) {
    try (Model model = provider.create(network)) {
      model.restore(trained);
      return model.predict(inputs);
    }
  }

  private static double[] row(Tensor outputs, int row) {
    int width = outputs.shape().length(1);
    double[] values = new double[width];
    System.arraycopy(outputs.data(), row * width, values, 0, width);
    return values;
  }

  private static void print(PrintWriter out, Path image, double[] scratch, double[] dl4j) {
    int best = 0;
    for (int i = 1; i < scratch.length; i++) {
      best = scratch[i] > scratch[best] ? i : best;
    }
    out.printf(Locale.ROOT, "%s: %d%n  class     scratch        dl4j%n", image, best);
    for (int i = 0; i < scratch.length; i++) {
      out.printf(Locale.ROOT, "  %5d  %10.6f  %10.6f%n", i, scratch[i], dl4j[i]);
    }
  }
}
