package dev.lockstep.dl4j.ledger;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate.Decay;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.tensor.Shape;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * One thing that the book and Deeplearning4j 1.0.0-M2.1 do differently.
 *
 * <p>An entry is also a switch. A translation is given the set of entries that it leaves to DL4J's
 * own way; all others it does in the book's way. The empty set is the aligned translation, {@link
 * Conventions#stock()} the stock one.
 */
public enum Convention {
  XAVIER_FORMULA(
      "xavier-formula",
      "initial values",
      "Xavier: N(0, 1/fanIn)",
      "WeightInit.XAVIER: N(0, 2/(fanIn + fanOut)); the book's is called XAVIER_FAN_IN",
      "nn.init.xavier_normal_: N(0, 2/(fanIn + fanOut)), as DL4J",
      Role.OWN_DRAWS,
      network -> anyWeights(network, InitialValues.Xavier.class::isInstance, false)),
  GLOROT_FAN_OUT(
      "glorot-fan-out",
      "initial values",
      "Glorot: ±√(6/(fanIn + fanOut)), fanOut = filters × window",
      "WeightInit.XAVIER_UNIFORM of a convolution: fanOut = filters × window ÷ stride²",
      "nn.init.xavier_uniform_: fanOut = filters × window, as the book",
      Role.OWN_DRAWS,
      network -> anyWeights(network, InitialValues.GlorotUniform.class::isInstance, true)),
  WHO_DRAWS(
      "who-draws",
      "random numbers",
      "the plan draws initial values and dropout masks, and both sides replay them",
      "DL4J draws from its own generator, one per thread, seeded by the configuration or the clock",
      "PyTorch draws from one generator for each device, seeded by manual_seed; nn.Linear starts at ±1/√fanIn, uniform",
      Role.OWN_DRAWS,
      network -> true),

  ADAGRAD_START(
      "adagrad-start",
      "optimizer",
      "AdaGrad: h starts at 0",
      "AdaGrad: h starts at 1e-6, whatever epsilon is",
      "Adagrad: h starts at 0",
      Role.STOCK,
      network -> network.optimizer() instanceof OptimizerSpec.AdaGrad),
  ADAGRAD_EPSILON(
      "adagrad-epsilon",
      "optimizer",
      "AdaGrad: epsilon 1e-7",
      "AdaGrad: epsilon 1e-6",
      "Adagrad: epsilon 1e-10",
      Role.STOCK,
      network -> network.optimizer() instanceof OptimizerSpec.AdaGrad),
  RMSPROP_START(
      "rmsprop-start",
      "optimizer",
      "RMSprop: h starts at 0",
      "RmsProp: h starts at epsilon",
      "RMSprop: h starts at 0",
      Role.STOCK,
      network -> network.optimizer() instanceof OptimizerSpec.RmsProp),
  RMSPROP_EPSILON(
      "rmsprop-epsilon",
      "optimizer",
      "RMSprop: epsilon 1e-7",
      "RmsProp: epsilon 1e-8",
      "RMSprop: epsilon 1e-8",
      Role.STOCK,
      network -> network.optimizer() instanceof OptimizerSpec.RmsProp),
  ADAM_EPSILON(
      "adam-epsilon",
      "optimizer",
      "Adam: epsilon 1e-7",
      "Adam: epsilon 1e-8",
      "Adam: epsilon 1e-8, added to √(v/(1 − β₂ᵗ)) in place of √v",
      Role.STOCK,
      network -> network.optimizer() instanceof OptimizerSpec.Adam),
  MOMENTUM_IS_NESTEROV(
      "momentum-is-nesterov",
      "optimizer",
      "Momentum: v = μv − lr·g; W += v",
      "Nesterovs, the only momentum there is: W += μ²v − (1 + μ)·lr·g; v = μv − lr·g",
      "SGD(momentum=μ): b = μb + g; W −= lr·b: the same while lr stays",
      Role.STOCK,
      network ->
          network.optimizer() instanceof OptimizerSpec.Momentum momentum
              && momentum.momentum() > 0),
  NESTEROV_ORDER(
      "nesterov-order",
      "optimizer",
      "Nesterov as printed: v = μv − lr·g; W += μ²v − (1 + μ)·lr·g, with the new v",
      "Nesterovs: W += μ²v − (1 + μ)·lr·g, with the old v",
      "SGD(nesterov=True): b = μb + g; W −= lr·(g + μb): as DL4J",
      Role.STOCK,
      network ->
          network.optimizer() instanceof OptimizerSpec.Nesterov nesterov
              && nesterov.printed()
              && nesterov.momentum() > 0),
  DECAY_AFTER_UPDATER(
      "decay-after-updater",
      "weight decay",
      "weight decay is a part of the loss: g += λW before the optimizer; DL4J's l2",
      "weightDecay: W −= lr·λW after the optimizer; the same with SGD only",
      "weight_decay: g += λW inside the optimizer, of biases too; AdamW: W −= lr·λW",
      Role.STOCK,
      network -> network.weightDecay() > 0),
  GLOBAL_DECAY_TWICE(
      "global-decay-twice",
      "weight decay",
      "weight decay is counted once",
      "weightDecay for the whole network is applied twice, to the update and to the loss",
      "weight_decay is counted once; the loss does not show it",
      Role.STOCK,
      network -> network.weightDecay() > 0),

  CROSS_ENTROPY_CLIPPING(
      "cross-entropy-clipping",
      "loss",
      "−Σ t·log(y + 1e-7)",
      "LossMCXENT: −Σ t·log(y), y clipped to [1e-10, 1 − 1e-10]",
      "cross_entropy: −Σ t·log y from the scores, without a constant",
      Role.STOCK,
      network -> network.loss().type() == LossSpec.Type.SOFTMAX_CROSS_ENTROPY),
  SQUARED_ERROR_SCALE(
      "squared-error-scale",
      "loss",
      "½ Σ (y − t)²",
      "LossL2: Σ (y − t)², twice the loss and twice the gradient",
      "mse_loss: the mean of (y − t)² over batch and outputs",
      Role.STOCK,
      network -> network.loss().type() == LossSpec.Type.SUM_OF_SQUARES),
  LOSS_CONSTANT(
      "loss-constant",
      "loss",
      "the gradient y − t is that of −log(y), not of −log(y + 1e-7): 1e-7 ÷ (y + 1e-7) apart",
      "the gradient y − t is that of −log(y) before clipping; a loss without constant agrees",
      "the gradient is that of the loss, which has no constant",
      Role.PRACTICE,
      network -> network.loss().type() == LossSpec.Type.SOFTMAX_CROSS_ENTROPY),

  DROPOUT_SCALING(
      "dropout-scaling",
      "dropout",
      "kept elements stay as they are in training, everything × (1 − ratio) in prediction",
      "Dropout: kept elements ÷ (1 − ratio) in training, nothing in prediction",
      "nn.Dropout: kept elements ÷ (1 − p) in training, nothing in prediction",
      Role.STOCK,
      network -> anyDropout(network, dropout -> !dropout.inverted())),
  DROPOUT_RETAIN(
      "dropout-retain",
      "dropout",
      "the number given is the share to drop",
      "Dropout(p): the number given is the share to retain",
      "nn.Dropout(p): the number given is the share to drop",
      Role.PRACTICE,
      network -> anyDropout(network, dropout -> true)),
  DROPOUT_PLACE(
      "dropout-place",
      "dropout",
      "dropout acts on the output of what stands before it",
      "dropOut(p) on a layer acts on that layer's input; a DropoutLayer stands where the book's does",
      "nn.Dropout is a layer that stands where the book's does",
      Role.PRACTICE,
      network -> anyDropout(network, dropout -> true)),

  BATCH_NORM_EPSILON(
      "batch-norm-epsilon",
      "batch normalization",
      "epsilon 1e-6 (printed as 10e-7)",
      "epsilon 1e-5",
      "epsilon 1e-5",
      Role.STOCK,
      network -> anyLayer(network, LayerSpec.BatchNormalization.class)),
  BATCH_NORM_START(
      "batch-norm-start",
      "batch normalization",
      "the running variance starts at 0",
      "the running variance starts at 1",
      "the running variance starts at 1, and takes in Σ(x − mean)² ÷ (n − 1), a tenth of it a step (momentum=0.1)",
      Role.STOCK,
      network -> anyLayer(network, LayerSpec.BatchNormalization.class)),
  BATCH_NORM_LOG_STD(
      "batch-norm-log-std",
      "batch normalization",
      "the running variance is kept as it is",
      "log₁₀ of the running deviation is kept (useLogStd): the same to rounding, but 0 turns into NaN",
      "the running variance is kept as it is",
      Role.STOCK,
      network -> anyLayer(network, LayerSpec.BatchNormalization.class)),
  BATCH_NORM_PER_CHANNEL(
      "batch-norm-per-channel",
      "batch normalization",
      "an image is normalized per element: gamma has channels × height × width numbers",
      "an image is normalized per channel: gamma has one number for each",
      "BatchNorm2d: per channel; BatchNorm1d of flat input: per element",
      Role.STOCK,
      network -> anyInput(network, Convention::isNormalizedPerElement)),
  RUNNING_STATISTICS(
      "running-statistics",
      "batch normalization",
      "every forward pass in training mode moves the running statistics",
      "only an update step moves them, as if they were parameters",
      "every forward pass in training mode moves the running statistics",
      Role.PRACTICE,
      network -> anyLayer(network, LayerSpec.BatchNormalization.class)),

  POOLING_PADDING(
      "pooling-padding",
      "pooling",
      "a padded element counts as 0 in the maximum",
      "SubsamplingLayer: a padded element is never the maximum",
      "max_pool2d: a padded element is never the maximum",
      Role.STOCK,
      network ->
          anyInput(
              network,
              (layer, in) ->
                  layer instanceof LayerSpec.Pooling pooling && pooling.window().isPadded())),
  POOLING_DEFAULTS(
      "pooling-defaults",
      "pooling",
      "window and stride are always given",
      "SubsamplingLayer without them: a window of 1×1, a stride of 2×2",
      "MaxPool2d(size) without a stride: the stride is the size",
      Role.OMISSION,
      network ->
          anyLayer(network, LayerSpec.Pooling.class)
              && !anyInput(network, Convention::isPoolingOfAnotherSize)),
  DEFAULT_ACTIVATION(
      "default-activation",
      "activation",
      "an affine layer has no activation function of its own",
      "DenseLayer and ConvolutionLayer without one: sigmoid",
      "nn.Linear and nn.Conv2d have none of their own",
      Role.OMISSION,
      network ->
          anyLayer(network, LayerSpec.Affine.class)
              || anyLayer(network, LayerSpec.Convolution.class)),

  ACTIVATION_CONSTANTS(
      "activation-constants",
      "activation",
      "leaky ReLU's slope and hard sigmoid's 0.2 in double",
      "both rounded to float, leaky ReLU's in its derivative only",
      "leaky ReLU's slope in the precision of the tensor; hardsigmoid: x/6 + 1/2 in place of 0.2x + 0.5",
      Role.STOCK,
      network ->
          anyFunction(
              network,
              function ->
                  function instanceof ActivationFunction.LeakyRelu
                      || function instanceof ActivationFunction.HardSigmoid)),
  ELU_ALPHA(
      "elu-alpha",
      "activation",
      "ELU: derivative alpha·exp(x) at x < 0",
      "ELU: derivative exp(x) at x < 0, whatever alpha is",
      "ELU: derivative alpha·exp(x) at x < 0",
      Role.STOCK,
      network ->
          anyFunction(
              network,
              function -> function instanceof ActivationFunction.Elu elu && elu.alpha() != 1)),
  BINARY_CLIPPING(
      "binary-cross-entropy-clipping",
      "loss",
      "binary cross entropy: log(y + stabilizer), log(1 − y + stabilizer); gradient y − t",
      "LossBinaryXENT: y clipped to 1e-5 … 1 − 1e-5, in the loss and in the gradient",
      "binary_cross_entropy_with_logits: from the scores, without a constant; binary_cross_entropy: logarithms from −100",
      Role.STOCK,
      network -> network.loss().type() == LossSpec.Type.SIGMOID_CROSS_ENTROPY),
  POLYNOMIAL_SCHEDULE(
      "polynomial-schedule",
      "optimizer",
      "the rate falls, lr·(1 − t/steps)^power",
      "PolySchedule: the rate rises, lr·(1 + t/steps)^power, and is 0 from then on",
      "PolynomialLR: the rate falls, lr·(1 − t/steps)^power",
      Role.STOCK,
      network -> network.optimizer().learningRate().decay() instanceof Decay.Polynomial),

  LOCAL_RESPONSE_GRADIENT(
      "local-response-gradient",
      "local response normalization",
      "with s = k + alpha·Σ x²: the gradient has Σ dout_j·y_j ÷ s_j, over the channels around",
      "LocalResponseNormalization: the gradient has (Σ dout_j·y_j) ÷ s of the channel itself, which is not the derivative",
      "local_response_norm: s = k + alpha ÷ size · Σ x², and its derivative",
      Role.STOCK,
      network -> anyLayer(network, LayerSpec.LocalResponse.class)),

  GRADIENT_SUM(
      "gradient-sum",
      "gradients",
      "gradients are means over the batch from the loss on",
      "gradients are sums over the batch, divided by its size just before the updater (miniBatch)",
      "reduction=\"mean\": gradients are means over the batch from the loss on",
      Role.PRACTICE,
      network -> true),
  SCORE_BEFORE_UPDATE(
      "score-before-update",
      "loss",
      "the trainer logs the loss after the update, in prediction mode",
      "score() after fit is the loss before the update, in training mode",
      "what the loss function returns is the loss before the update, in the mode of the module",
      Role.PRACTICE,
      network -> true),
  DEFAULT_PRECISION(
      "default-precision",
      "precision",
      "float64 throughout",
      "float unless dataType says otherwise",
      "float32 unless dtype says otherwise",
      Role.PRACTICE,
      network -> true),
  SHUFFLE(
      "shuffle",
      "random numbers",
      "every order of the samples is equally likely",
      "DataSet.shuffle(seed) exchanges even positions with odd ones: a sample always changes parity",
      "DataLoader(shuffle=True): torch.randperm, every order is equally likely",
      Role.PRACTICE,
      network -> true);

  /** Where an entry shows. */
  public enum Role {
    /** In what a DL4J user would write without knowing, on the same plan. */
    STOCK,
    /** Only where DL4J draws random numbers for itself. */
    OWN_DRAWS,
    /** In a setting left out that a user sees at once; a switch, but no part of stock. */
    OMISSION,
    /** In how DL4J is used or read, whatever the network; shown by {@link Demonstration}. */
    PRACTICE
  }

  private final String id;
  private final String topic;
  private final String book;
  private final String dl4j;
  private final String pytorch;
  private final Role role;

  @SuppressWarnings("ImmutableEnumChecker") // a function without state
  private final Predicate<NetworkSpec> applies;

  Convention(
      String id,
      String topic,
      String book,
      String dl4j,
      String pytorch,
      Role role,
      Predicate<NetworkSpec> applies) {
    this.id = id;
    this.topic = topic;
    this.book = book;
    this.dl4j = dl4j;
    this.pytorch = pytorch;
    this.role = role;
    this.applies = applies;
  }

  /** Returns the name used in options and reports. */
  public String id() {
    return id;
  }

  public String topic() {
    return topic;
  }

  /** Returns the book's formula. */
  public String book() {
    return book;
  }

  /** Returns Deeplearning4j's formula. */
  public String dl4j() {
    return dl4j;
  }

  /** Returns what PyTorch does in the same place. */
  public String pytorch() {
    return pytorch;
  }

  public Role role() {
    return role;
  }

  /** Returns whether a network has the part that this entry is about. */
  public boolean appliesTo(NetworkSpec network) {
    return applies.test(network);
  }

  private static boolean anyLayer(NetworkSpec network, Class<? extends LayerSpec> type) {
    return network.allLayers().stream().anyMatch(type::isInstance);
  }

  private static boolean anyFunction(NetworkSpec network, Predicate<ActivationFunction> predicate) {
    return network.allLayers().stream()
        .anyMatch(
            layer ->
                layer instanceof LayerSpec.Activation activation
                    && predicate.test(activation.function()));
  }

  private static boolean anyDropout(NetworkSpec network, Predicate<LayerSpec.Dropout> predicate) {
    return network.allLayers().stream()
        .anyMatch(
            layer ->
                layer instanceof LayerSpec.Dropout dropout
                    && dropout.ratio() > 0
                    && predicate.test(dropout));
  }

  private static boolean anyWeights(
      NetworkSpec network, Predicate<InitialValues> predicate, boolean stridedOnly) {
    return network.allLayers().stream()
        .anyMatch(
            layer ->
                layer instanceof LayerSpec.Convolution convolution
                    ? predicate.test(convolution.initial())
                        && (!stridedOnly || isStrided(convolution.window()))
                    : layer instanceof LayerSpec.Affine affine
                        && !stridedOnly
                        && predicate.test(affine.initial()));
  }

  private static boolean anyInput(NetworkSpec network, BiPredicate<LayerSpec, Shape> predicate) {
    Map<String, Shape> inputs = network.inputShapes();
    return network.allLayers().stream()
        .anyMatch(layer -> predicate.test(layer, Objects.requireNonNull(inputs.get(layer.name()))));
  }

  private static boolean isNormalizedPerElement(LayerSpec layer, Shape in) {
    return layer instanceof LayerSpec.BatchNormalization norm
        && !norm.perChannel()
        && in.rank() == 3;
  }

  /** Returns whether a window of 1×1 with a stride of 2 would give an output of another size. */
  private static boolean isPoolingOfAnotherSize(LayerSpec layer, Shape in) {
    return layer instanceof LayerSpec.Pooling pooling
        && (pooling.window().rows().places(in.length(1)) != (in.length(1) - 1) / 2 + 1
            || pooling.window().columns().places(in.length(2)) != (in.length(2) - 1) / 2 + 1);
  }

  private static boolean isStrided(Window window) {
    return window.rows().stride() > 1 || window.columns().stride() > 1;
  }
}
