package dev.lockstep.bridge.trace;

import dev.lockstep.core.InputException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.storage.NpyFormat;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.wording.Reasons;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a run step by step, each on disk once it is complete: the same file that {@code
 * lockstep.record} writes in Python.
 */
public final class TraceWriter implements AutoCloseable {

  private final Path file;
  private final ZipOutputStream zip;
  private long step;

  /**
   * @throws InputException if the file cannot be written
   */
  public TraceWriter(Path file, Manifest manifest) {
    this.file = file;
    try {
      this.zip =
          new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
      zip.setMethod(ZipOutputStream.STORED);
      write(TraceReader.MANIFEST, manifest.toJson());
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Returns the step written last, 0 before the first. */
  long step() {
    return step;
  }

  void begin(ModelState before, Batch batch) {
    step = batch.step();
    before.tensors().forEach((path, tensor) -> write("before/" + path, tensor));
    write("x", batch.inputs());
    write("t", batch.targets());
  }

  void mask(String layer, Tensor mask) {
    write("mask/" + layer, mask);
  }

  void show(Phase phase, String path, Tensor tensor) {
    write(phase.id() + "/" + path, tensor);
  }

  void end(ModelState after) {
    after.tensors().forEach((path, tensor) -> show(Phase.UPDATE, path, tensor));
    write("complete", Tensor.scalar((double) step));
    try {
      zip.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void write(String name, Tensor tensor) {
    try {
      write(
          "step-%d/%s.npy".formatted(step, name),
          NpyFormat.header(tensor.shape()),
          NpyFormat.content(tensor));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Its length and sum come before an entry's content, so that what is cut off can be told. */
  private void write(String name, byte[]... parts) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    CRC32 sum = new CRC32();
    long size = 0;
    for (byte[] part : parts) {
      sum.update(part);
      size += part.length;
    }
    entry.setCrc(sum.getValue());
    entry.setSize(size);
    zip.putNextEntry(entry);
    for (byte[] part : parts) {
      zip.write(part);
    }
    zip.closeEntry();
  }

  private InputException failed(IOException e) {
    return new InputException(
        "%s: expected a file that can be written, found: %s".formatted(file, Reasons.of(e)), e);
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
