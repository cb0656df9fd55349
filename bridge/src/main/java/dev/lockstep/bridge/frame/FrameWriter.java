package dev.lockstep.bridge.frame;

import dev.lockstep.core.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** Writes frames with tensors in double precision. */
public final class FrameWriter {

  private static final int CHUNK = 1 << 13;

  private final OutputStream out;
  private final ByteBuffer chunk =
      ByteBuffer.allocate(CHUNK * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  public FrameWriter(OutputStream out) {
    this.out = out;
  }

  /** Writes one frame, the tensors in the order of the map, and flushes. */
  public void write(Map<String, String> metadata, Map<String, Tensor> tensors) throws IOException {
    byte[] header = HeaderText.write(metadata, tensors);
    out.write(chunk.clear().putLong(header.length).array(), 0, Long.BYTES);
    out.write(header);
    for (Tensor tensor : tensors.values()) {
      int count;
      for (int from = 0; from < tensor.size(); from += count) {
        count = Math.min(CHUNK, tensor.size() - from);
        chunk.clear().asDoubleBuffer().put(tensor.data(), from, count);
        out.write(chunk.array(), 0, count * Double.BYTES);
      }
    }
    out.flush();
  }
}
