package dev.lockstep.experiments.search.arbiter;

import dev.lockstep.dl4j.json.ClassAllowList;
import java.util.List;
import org.deeplearning4j.arbiter.ComputationGraphSpace;
import org.deeplearning4j.arbiter.MultiLayerSpace;
import org.deeplearning4j.arbiter.adapter.ActivationParameterSpaceAdapter;
import org.deeplearning4j.arbiter.adapter.LossFunctionParameterSpaceAdapter;
import org.deeplearning4j.arbiter.conf.updater.AdaGradSpace;
import org.deeplearning4j.arbiter.conf.updater.AdaMaxSpace;
import org.deeplearning4j.arbiter.conf.updater.AdamSpace;
import org.deeplearning4j.arbiter.conf.updater.NadamSpace;
import org.deeplearning4j.arbiter.conf.updater.NesterovsSpace;
import org.deeplearning4j.arbiter.conf.updater.RmsPropSpace;
import org.deeplearning4j.arbiter.conf.updater.SgdSpace;
import org.deeplearning4j.arbiter.conf.updater.schedule.ExponentialScheduleSpace;
import org.deeplearning4j.arbiter.conf.updater.schedule.InverseScheduleSpace;
import org.deeplearning4j.arbiter.conf.updater.schedule.PolyScheduleSpace;
import org.deeplearning4j.arbiter.conf.updater.schedule.SigmoidScheduleSpace;
import org.deeplearning4j.arbiter.conf.updater.schedule.StepScheduleSpace;
import org.deeplearning4j.arbiter.dropout.DropoutSpace;
import org.deeplearning4j.arbiter.layers.ActivationLayerSpace;
import org.deeplearning4j.arbiter.layers.AutoEncoderLayerSpace;
import org.deeplearning4j.arbiter.layers.BatchNormalizationSpace;
import org.deeplearning4j.arbiter.layers.Bidirectional;
import org.deeplearning4j.arbiter.layers.CenterLossOutputLayerSpace;
import org.deeplearning4j.arbiter.layers.ConvolutionLayerSpace;
import org.deeplearning4j.arbiter.layers.Deconvolution2DLayerSpace;
import org.deeplearning4j.arbiter.layers.DenseLayerSpace;
import org.deeplearning4j.arbiter.layers.DropoutLayerSpace;
import org.deeplearning4j.arbiter.layers.EmbeddingLayerSpace;
import org.deeplearning4j.arbiter.layers.GlobalPoolingLayerSpace;
import org.deeplearning4j.arbiter.layers.LSTMLayerSpace;
import org.deeplearning4j.arbiter.layers.LocalResponseNormalizationLayerSpace;
import org.deeplearning4j.arbiter.layers.LossLayerSpace;
import org.deeplearning4j.arbiter.layers.OutputLayerSpace;
import org.deeplearning4j.arbiter.layers.RnnOutputLayerSpace;
import org.deeplearning4j.arbiter.layers.SeparableConvolution2DLayerSpace;
import org.deeplearning4j.arbiter.layers.SubsamplingLayerSpace;
import org.deeplearning4j.arbiter.optimize.parameter.BooleanSpace;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.discrete.DiscreteParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.math.MathOp;
import org.deeplearning4j.arbiter.optimize.parameter.math.PairMathOp;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.distribution.Distribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;

/** The classes that a file of Arbiter's may name, beside Deeplearning4j's. */
final class ArbiterClasses {

  static final ClassAllowList ALLOWED =
      ClassAllowList.dl4jAnd(
          "Arbiter space",
          List.of(
              ComputationGraphSpace.class,
              MultiLayerSpace.class,
              // layers, also those that the scratch side has no words for: their trials say so
              ActivationLayerSpace.class,
              AutoEncoderLayerSpace.class,
              BatchNormalizationSpace.class,
              Bidirectional.class,
              CenterLossOutputLayerSpace.class,
              ConvolutionLayerSpace.class,
              Deconvolution2DLayerSpace.class,
              DenseLayerSpace.class,
              DropoutLayerSpace.class,
              EmbeddingLayerSpace.class,
              GlobalPoolingLayerSpace.class,
              LSTMLayerSpace.class,
              LocalResponseNormalizationLayerSpace.class,
              LossLayerSpace.class,
              OutputLayerSpace.class,
              RnnOutputLayerSpace.class,
              SeparableConvolution2DLayerSpace.class,
              SubsamplingLayerSpace.class,
              // what is in them
              ActivationParameterSpaceAdapter.class,
              DropoutSpace.class,
              org.deeplearning4j.arbiter.conf.dropout.DropoutSpace.class,
              LossFunctionParameterSpaceAdapter.class,
              BooleanSpace.class,
              ContinuousParameterSpace.class,
              DiscreteParameterSpace.class,
              FixedValue.class,
              IntegerParameterSpace.class,
              MathOp.class,
              PairMathOp.class,
              // how they are trained
              AdaGradSpace.class,
              AdaMaxSpace.class,
              AdamSpace.class,
              NadamSpace.class,
              NesterovsSpace.class,
              RmsPropSpace.class,
              SgdSpace.class,
              ExponentialScheduleSpace.class,
              InverseScheduleSpace.class,
              PolyScheduleSpace.class,
              SigmoidScheduleSpace.class,
              StepScheduleSpace.class,
              // values that do not vary, and what they extend
              Boolean.class,
              Double.class,
              Integer.class,
              Long.class,
              Number.class,
              String.class,
              int[].class,
              Enum.class,
              Activation.class,
              BackpropType.class,
              BaseActivationFunction.class,
              CNN2DFormat.class,
              ConvolutionMode.class,
              Distribution.class,
              GradientNormalization.class,
              InputType.class,
              InputType.InputTypeConvolutional.class,
              InputType.InputTypeConvolutionalFlat.class,
              InputType.InputTypeFeedForward.class,
              InputType.InputTypeRecurrent.class,
              InputType[].class,
              LossFunction.class,
              OptimizationAlgorithm.class,
              PoolingType.class,
              RNNFormat.class,
              ScheduleType.class,
              SubsamplingLayer.PoolingType.class,
              WeightInit.class));

  private ArbiterClasses() {}
}
