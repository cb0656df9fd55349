package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.tensor.Shape;
import org.datavec.api.transform.MathOp;
import org.datavec.api.transform.TransformProcess;
import org.datavec.api.transform.schema.Schema;

/** Core's input conventions as DataVec transforms. */
public final class DigitTransforms {

  private DigitTransforms() {}

  /**
   * Returns the process that divides pixels by 255 and writes the label one-hot: records of pixels,
   * 1 × (height · width), and a label become records of pixels from 0 to 1 and a column for every
   * class. For {@code TransformProcessRecordReader} over {@link ImageFolderRecordReader} or {@link
   * IdxRecordReader}.
   *
   * @param image channels × height × width
   */
  public static TransformProcess normalize(Shape image, int classes) {
    Schema schema =
        new Schema.Builder()
            .addColumnNDArray("pixels", new long[] {1, image.size()})
            .addColumnInteger("label", 0, classes - 1)
            .build();
    return new TransformProcess.Builder(schema)
        .ndArrayScalarOpTransform("pixels", MathOp.Divide, 255)
        .integerToOneHot("label", 0, classes - 1)
        .build();
  }
}
