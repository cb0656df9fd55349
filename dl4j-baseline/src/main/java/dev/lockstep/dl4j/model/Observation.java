package dev.lockstep.dl4j.model;

import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.Adjustments.Clipping;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.translate.PerChannel;
import dev.lockstep.dl4j.translate.TensorConversion;
import dev.lockstep.dl4j.translate.Workspaces;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.BooleanIndexing;
import org.nd4j.linalg.indexing.conditions.Conditions;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * One observed training step.
 *
 * <p>A training listener sees the activations of the forward pass. It is shown neither the output
 * layer's nor any gradient with respect to an activation, so for the time of the step a proxy
 * stands in each layer's place and looks at what its backward pass is given and gives. Nothing is
 * computed twice but the loss and the output from the loss layer's input, which DL4J computes only
 * after the backward pass.
 *
 * <p>DL4J's gradients are sums over the batch, without weight decay: both are put right on a copy
 * with DL4J's own operations, so what is seen has the bits of what is applied.
 */
final class Observation extends BaseTrainingListener implements WatchedLayer.Watcher {

  /** An L2 term does not depend on the learning rate. */
  private static final double UNUSED_RATE = 1;

  private final Network network;
  private final int samples;
  private final int classes;
  private final Clipping clipping;
  private final Observer observer;
  private final Map<String, Shape> outputs;
  private final Set<String> layerNames = new LinkedHashSet<>();
  private final Map<String, List<ParameterSpec>> parameters = new LinkedHashMap<>();

  private Observation(Network network, NetworkSpec spec, int samples, Observer observer) {
    this.network = network;
    this.samples = samples;
    this.observer = observer;
    this.classes = spec.classes();
    this.outputs = spec.outputShapes();
    this.clipping = spec.adjustments().clipping();
    for (LayerSpec layer : spec.allLayers()) {
      layerNames.add(layer.name());
    }
    for (ParameterSpec parameter : spec.parameters()) {
      String layer = parameter.path().substring(0, parameter.path().lastIndexOf('/'));
      parameters.computeIfAbsent(layer, name -> new ArrayList<>()).add(parameter);
    }
  }

  /** Runs a step with an observer watching its first three phases; leaves the network as it was. */
  static void during(
      Network network, NetworkSpec spec, int samples, Observer observer, Runnable step) {
    Observation observation = new Observation(network, spec, samples, observer);
    network.listen(List.of(observation));
    network.replaceLayers(observation::watch);
    try {
      step.run();
    } finally {
      network.replaceLayers(layer -> layer);
      network.listen(List.of());
    }
  }

  /** A sequence's activations: its input first, then one array per layer but the last. */
  @Override
  public void onForwardPass(Model model, List<INDArray> activations) {
    onForwardPass(model, network.byLayer(activations));
  }

  /** A graph's activations, by vertex. */
  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    for (String layer : layerNames) {
      INDArray out = Objects.requireNonNull(activations.get(layer), layer);
      observer.observe(
          Phase.FORWARD, layer + "/out", () -> TensorConversion.toTensor(out, batchOf(layer)));
    }
  }

  private Shape batchOf(String layer) {
    return Objects.requireNonNull(outputs.get(layer), layer).batchOf(samples);
  }

  private Layer watch(Layer layer) {
    return WatchedLayer.of(layer, this);
  }

  @Override
  public void backward(Layer layer, INDArray epsilon) {
    String name = layer.conf().getLayer().getLayerName();
    if (layer instanceof IOutputLayer loss) {
      observeLoss(loss);
    } else if (layerNames.contains(name)) {
      observeOutputGradient(name, epsilon);
    }
  }

  @Override
  public void gradients(Layer layer, Gradient gradients) {
    observeParameterGradients(layer.conf().getLayer().getLayerName(), layer, gradients);
  }

  private void observeLoss(IOutputLayer loss) {
    LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
    observer.observe(
        Phase.FORWARD,
        NetworkSpec.OUTPUT,
        () ->
            Workspaces.outside(
                () ->
                    TensorConversion.toTensor(
                        loss.activate(true, workspaces), Shape.of(samples, classes))));
    observer.observe(
        Phase.LOSS,
        NetworkSpec.LOSS,
        () ->
            Workspaces.outside(
                () ->
                    Tensor.scalar(loss.computeScore(network.regularization(), true, workspaces))));
  }

  /**
   * @param epsilon the gradient summed over the batch: N times what the book calls dout
   */
  private void observeOutputGradient(String layer, INDArray epsilon) {
    observer.observe(
        Phase.BACKWARD,
        layer + "/out",
        () -> {
          Tensor mean = TensorConversion.toTensor(epsilon, batchOf(layer));
          double[] values = mean.data();
          for (int i = 0; i < values.length; i++) {
            values[i] /= samples;
          }
          return mean;
        });
  }

  private void observeParameterGradients(String name, Layer layer, Gradient gradients) {
    for (ParameterSpec parameter : parameters.getOrDefault(name, List.of())) {
      String key = parameter.path().substring(name.length() + 1);
      observer.observe(
          Phase.BACKWARD,
          parameter.path(),
          () ->
              PerChannel.toTensor(
                  Workspaces.outside(() -> applied(layer, key, gradients)), parameter.shape()));
    }
  }

  private INDArray mean(Gradient gradients, String key) {
    INDArray sum = gradients.getGradientFor(key);
    return sum.dup(sum.ordering()).divi(samples);
  }

  /** As DL4J's {@code BaseMultiLayerUpdater} does after this observation. */
  private void clip(INDArray gradient, Gradient gradients) {
    double threshold = clipping.threshold();
    double norm = 0;
    if (clipping.kind().ofLayer()) {
      for (String key : gradients.gradientForVariable().keySet()) {
        norm = Math.hypot(norm, mean(gradients, key).norm2Number().doubleValue());
      }
    } else {
      norm = gradient.norm2Number().doubleValue();
    }
    switch (clipping.kind()) {
      case NONE -> {}
      case ELEMENTS -> {
        BooleanIndexing.replaceWhere(gradient, threshold, Conditions.greaterThan(threshold));
        BooleanIndexing.replaceWhere(gradient, -threshold, Conditions.lessThan(-threshold));
      }
      case LAYER, PARAMETER -> {
        if (norm > threshold) {
          gradient.muli(threshold / norm);
        }
      }
      case UNIT_LAYER, UNIT_PARAMETER -> gradient.divi(norm == 0 ? 1e-5 : norm);
    }
  }

  /** What DL4J makes of a gradient before its updater: a mean, clipped, with L1 and L2 terms. */
  private INDArray applied(Layer layer, String key, Gradient gradients) {
    INDArray gradient = mean(gradients, key);
    if (clipping.kind() != Clipping.Kind.NONE && !(key.equals("gamma") || key.equals("beta"))) {
      clip(gradient, gradients);
    }
    List<Regularization> terms = layer.getConfig().getRegularizationByParam(key);
    if (terms != null) {
      for (Regularization term : terms) {
        if (term.applyStep() == Regularization.ApplyStep.BEFORE_UPDATER) {
          term.apply(layer.getParam(key), gradient, UNUSED_RATE, network.iteration(), 0);
        }
      }
    }
    return gradient;
  }
}
