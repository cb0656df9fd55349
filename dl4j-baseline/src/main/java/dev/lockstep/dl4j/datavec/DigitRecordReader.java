package dev.lockstep.dl4j.datavec;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.datavec.api.conf.Configuration;
import org.datavec.api.records.Record;
import org.datavec.api.records.metadata.RecordMetaData;
import org.datavec.api.records.metadata.RecordMetaDataIndex;
import org.datavec.api.records.reader.BaseRecordReader;
import org.datavec.api.split.InputSplit;
import org.datavec.api.writable.IntWritable;
import org.datavec.api.writable.NDArrayWritable;
import org.datavec.api.writable.Writable;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A reader of labelled images whose records are like those of DataVec's own image readers: the
 * pixels, 1 × (height · width), and the label as an integer.
 *
 * <p>Pixels are whole numbers from 0 to 255 in single precision, which holds them exactly; {@link
 * PixelScaler} and {@link DigitTransforms} make of them what a network reads.
 */
abstract class DigitRecordReader extends BaseRecordReader {

  private static final long serialVersionUID = 1L;

  private transient @Nullable Configuration configuration;
  private int position;

  /** Returns the number of images. */
  abstract int size();

  /** Returns the pixels of an image, row by row, as bytes. */
  abstract byte[] pixels(int index);

  abstract int label(int index);

  /** Returns where an image comes from. */
  abstract URI location(int index);

  /**
   * @param part what only {@code initialize} sets
   * @throws IllegalStateException if it was not called
   */
  static <T> T initialized(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("expected initialize to be called first");
    }
    return part;
  }

  static List<Writable> record(byte[] pixels, int label) {
    float[] levels = new float[pixels.length];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = Byte.toUnsignedInt(pixels[i]);
    }
    List<Writable> record = new ArrayList<>();
    record.add(new NDArrayWritable(Nd4j.create(levels, new long[] {1, levels.length}, 'c')));
    record.add(new IntWritable(label));
    return record;
  }

  @Override
  public void initialize(Configuration conf, InputSplit split)
      throws IOException, InterruptedException {
    setConf(conf);
    initialize(split);
  }

  @Override
  public boolean hasNext() {
    return position < size();
  }

  @Override
  public List<Writable> next() {
    return nextRecord().getRecord();
  }

  @Override
  public Record nextRecord() {
    if (!hasNext()) {
      throw new NoSuchElementException("expected at most " + size() + " records to be asked for");
    }
    Record record = recordAt(position++);
    invokeListeners(record);
    return record;
  }

  private Record recordAt(int index) {
    return new org.datavec.api.records.impl.Record(
        record(pixels(index), label(index)),
        new RecordMetaDataIndex(index, location(index), getClass()));
  }

  @Override
  public boolean batchesSupported() {
    return true;
  }

  @Override
  public List<List<Writable>> next(int count) {
    List<List<Writable>> records = new ArrayList<>();
    while (records.size() < count && hasNext()) {
      records.add(next());
    }
    return records;
  }

  @Override
  public void reset() {
    position = 0;
  }

  @Override
  public boolean resetSupported() {
    return true;
  }

  @Override
  public List<Writable> record(URI uri, DataInputStream stream) throws IOException {
    throw new UnsupportedOperationException(getClass() + " does not read single records");
  }

  @Override
  public Record loadFromMetaData(RecordMetaData metaData) {
    return recordAt((int) ((RecordMetaDataIndex) metaData).getIndex());
  }

  @Override
  public List<Record> loadFromMetaData(List<RecordMetaData> metaData) {
    return metaData.stream().map(this::loadFromMetaData).toList();
  }

  @Override
  public void setConf(Configuration conf) {
    configuration = conf;
  }

  @Override
  public @Nullable Configuration getConf() {
    return configuration;
  }

  @Override
  public void close() {}
}
