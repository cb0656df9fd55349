package dev.lockstep.dl4j.model;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.translate.TensorConversion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.evaluation.classification.EvaluationBinary;
import org.nd4j.evaluation.classification.ROC;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What outputs are worth by Deeplearning4j's own evaluation classes. */
public final class Dl4jEvaluation {

  private Dl4jEvaluation() {}

  /**
   * Returns metrics under the names that core's {@code Metrics} gives them.
   *
   * @param outputs samples × outputs, of sequences × steps
   */
  public static Map<String, Double> of(Split split, Tensor outputs) {
    Task task = split.task();
    INDArray predicted = array(split.rows(outputs));
    INDArray expected = array(split.rows(split.targets(Split.range(0, split.size()))));
    Map<String, Double> metrics = new LinkedHashMap<>();
    RegressionEvaluation regression = new RegressionEvaluation(task.outputs());
    EvaluationBinary binary = new EvaluationBinary();
    if (task.kind() == Task.Kind.REGRESSION) {
      regression.eval(expected, predicted);
    } else if (task.kind() == Task.Kind.BINARY) {
      binary.eval(expected, predicted);
    }
    for (int output = 0; output < task.outputs(); output++) {
      String of = task.outputs() == 1 ? "" : " of " + task.names().get(output);
      switch (task.kind()) {
        case REGRESSION -> {
          double unit = split.units()[output];
          metrics.put("RMSE" + of, unit * regression.rootMeanSquaredError(output));
          metrics.put("MAE" + of, unit * regression.meanAbsoluteError(output));
          metrics.put("R²" + of, regression.rSquared(output));
        }
        case BINARY -> {
          metrics.put("accuracy" + of, binary.accuracy(output));
          metrics.put("AUC" + of, areaUnderCurve(expected, predicted, output));
        }
        case CLASS -> {
          if (task.outputs() == 2 && output == 1) {
            metrics.put("AUC", areaUnderCurve(expected, predicted, output));
          }
        }
      }
    }
    return metrics;
  }

  private static double areaUnderCurve(INDArray expected, INDArray predicted, int output) {
    ROC roc = new ROC(0); // every score is a threshold
    roc.eval(column(expected, output), column(predicted, output));
    return roc.calculateAUC();
  }

  private static INDArray column(INDArray array, int output) {
    return array.get(NDArrayIndex.all(), NDArrayIndex.interval(output, output + 1)).dup();
  }

  private static INDArray array(Tensor tensor) {
    long[] shape = IntStream.of(tensor.shape().toArray()).asLongStream().toArray();
    return TensorConversion.toArray(tensor, DataType.DOUBLE, shape);
  }
}
