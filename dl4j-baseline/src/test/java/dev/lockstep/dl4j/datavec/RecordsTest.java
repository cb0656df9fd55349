package dev.lockstep.dl4j.datavec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.DoubleStream;
import org.datavec.api.records.Record;
import org.datavec.api.records.reader.RecordReader;
import org.datavec.api.records.reader.impl.csv.CSVRecordReader;
import org.datavec.api.records.reader.impl.transform.TransformProcessRecordReader;
import org.datavec.api.split.FileSplit;
import org.datavec.api.transform.TransformProcess;
import org.datavec.api.writable.IntWritable;
import org.datavec.api.writable.NDArrayWritable;
import org.datavec.api.writable.Writable;
import org.deeplearning4j.datasets.datavec.RecordReaderDataSetIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.factory.Nd4j;

/** A user's own way, DataVec's records and DL4J's iterator, ends in core's numbers. */
class RecordsTest {

  private static final int SIZE = 25;
  private static final int BATCH = 10;
  private static final Split DIGITS = TestData.digits(SIZE, 30);

  @TempDir Path directory;

  /** On this way lies DataVec's use of fastutil, which a build without it would miss. */
  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void aCsvFileGivesCoresNumbers(DataType type) throws IOException, InterruptedException {
    Path file = directory.resolve("digits.csv");
    Files.writeString(file, TestData.kaggleHeader() + "\n" + TestData.csv(DIGITS, true));
    try (RecordReader reader = new CSVRecordReader(1)) {
      reader.initialize(new FileSplit(file.toFile()));

      assertGivesCoresNumbers(new RecordReaderDataSetIterator(reader, BATCH, 0, 10), type);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void imageFilesGiveCoresNumbers(DataType type) throws IOException, InterruptedException {
    TestData.writePngs(DIGITS, directory);
    try (RecordReader reader = new ImageFolderRecordReader()) {
      reader.initialize(new FileSplit(directory.toFile()));

      assertGivesCoresNumbers(new RecordReaderDataSetIterator(reader, BATCH, 1, 10), type);
    }
  }

  @ParameterizedTest
  @CsvSource({"DOUBLE, true", "FLOAT, true", "DOUBLE, false", "FLOAT, false"})
  void idxFilesGiveCoresNumbers(DataType type, boolean train)
      throws IOException, InterruptedException {
    try (RecordReader reader = idxReader(train)) {
      assertGivesCoresNumbers(new RecordReaderDataSetIterator(reader, BATCH, 1, 10), type);
      assertThat(reader.getLabels()).startsWith("0", "1").hasSize(10);
    }
  }

  private RecordReader idxReader(boolean train) throws IOException, InterruptedException {
    TestData.writeIdx(DIGITS, directory);
    RecordReader reader = new IdxRecordReader(train);
    reader.initialize(new FileSplit(directory.toFile()));
    return reader;
  }

  @Test
  void aDirectoryWithoutIdxFilesIsNamed() throws IOException {
    try (RecordReader reader = new IdxRecordReader(true)) {
      assertThatThrownBy(() -> reader.initialize(new FileSplit(directory.toFile())))
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith(directory.toString());
    }
  }

  /** Twice, with a reset between: 10, 10 and 5 images. */
  private static void assertGivesCoresNumbers(RecordReaderDataSetIterator iterator, DataType type) {
    iterator.setPreProcessor(new PixelScaler(type));
    for (int pass = 0; pass < 2; pass++) {
      for (int from = 0; from < SIZE; from += BATCH) {
        int[] samples = Split.range(from, Math.min(from + BATCH, SIZE));
        DataSet batch = iterator.next();
        assertSame(batch.getFeatures(), DIGITS.inputs(samples, Shape.of(784)), type);
        assertSame(batch.getLabels(), DIGITS.targets(samples), type);
      }
      assertThat(iterator.hasNext()).isFalse();
      iterator.reset();
    }
  }

  private static void assertSame(INDArray found, Tensor expected, DataType type) {
    assertThat(found.dataType()).isEqualTo(type);
    assertThat(found.shape())
        .containsExactly(expected.shape().length(0), expected.shape().length(1));
    assertThat(bits(found)).isEqualTo(rounded(expected, type));
  }

  private static double[] bits(INDArray array) {
    return array.dup('c').reshape(new long[] {array.length()}).toDoubleVector();
  }

  private static double[] rounded(Tensor tensor, DataType type) {
    double[] values = tensor.data().clone();
    if (type == DataType.FLOAT) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) values[i];
      }
    }
    return values;
  }

  /** What the scaler is there for: DL4J's own divides in single precision, whatever comes after. */
  @Test
  void dl4jsScalerAloneGivesOtherNumbersInDouble() throws IOException, InterruptedException {
    try (RecordReader reader = idxReader(true)) {
      RecordReaderDataSetIterator iterator = new RecordReaderDataSetIterator(reader, SIZE, 1, 10);
      iterator.setPreProcessor(new ImagePreProcessingScaler());

      double[] found = bits(iterator.next().getFeatures().castTo(DataType.DOUBLE));

      assertThat(found).isNotEqualTo(DIGITS.inputs(Split.range(0, SIZE), Shape.of(784)).data());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void transformsGiveCoresNumbers(DataType type) {
    TransformProcess normalize = DigitTransforms.normalize(TestData.IMAGE, 10);
    for (int i = 0; i < SIZE; i++) {
      double[] pixels = new double[784];
      for (int position = 0; position < pixels.length; position++) {
        pixels[position] = DIGITS.pixel(i, position);
      }
      INDArray array = Nd4j.create(pixels, new long[] {1, 784}, 'c').castTo(type);

      List<Writable> record =
          normalize.execute(List.of(new NDArrayWritable(array), new IntWritable(DIGITS.label(i))));

      int[] sample = {i};
      assertSame(
          ((NDArrayWritable) record.get(0)).get(), DIGITS.inputs(sample, Shape.of(784)), type);
      assertThat(record.stream().skip(1).mapToDouble(Writable::toDouble))
          .containsExactlyElementsOf(
              DoubleStream.of(DIGITS.targets(sample).data()).boxed().toList());
    }
  }

  @Test
  void transformedRecordsBecomeBatches() throws IOException, InterruptedException {
    try (RecordReader reader =
        new TransformProcessRecordReader(
            idxReader(true), DigitTransforms.normalize(TestData.IMAGE, 10))) {
      DataSet batch = new RecordReaderDataSetIterator(reader, SIZE, 1, 10, true).next();

      int[] all = Split.range(0, SIZE);
      assertSame(batch.getFeatures(), DIGITS.inputs(all, Shape.of(784)), DataType.FLOAT);
      assertSame(batch.getLabels(), DIGITS.targets(all), DataType.FLOAT);
    }
  }

  @Test
  void aRecordCanBeReadAgainByItsMetaData() throws IOException, InterruptedException {
    TestData.writePngs(DIGITS, directory);
    try (RecordReader reader = new ImageFolderRecordReader()) {
      reader.initialize(new FileSplit(directory.toFile()));
      reader.next(3);
      Record fourth = reader.nextRecord();
      reader.next(100);
      assertThat(reader.hasNext()).isFalse();

      Record again = reader.loadFromMetaData(fourth.getMetaData());

      assertThat(again.getRecord()).isEqualTo(fourth.getRecord());
      assertThat(again.getRecord().get(1).toInt()).isEqualTo(DIGITS.label(3));
      assertThat(fourth.getMetaData().getURI().getPath()).endsWith("/3.png");
    }
  }
}
