package dev.lockstep.bridge.frame;

import java.nio.ByteBuffer;

/** How a tensor's elements are written: little-endian, row-major. */
public enum ElementType {
  /** 64-bit floating point. */
  F64(8) {
    @Override
    void read(ByteBuffer from, double[] to, int offset, int count) {
      from.asDoubleBuffer().get(to, offset, count);
    }
  },
  /** 32-bit floating point. */
  F32(4) {
    @Override
    void read(ByteBuffer from, double[] to, int offset, int count) {
      for (int i = 0; i < count; i++) {
        to[offset + i] = from.getFloat(4 * i);
      }
    }
  },
  /** 64-bit signed whole numbers, up to 2^53 in magnitude. */
  I64(8) {
    @Override
    void read(ByteBuffer from, double[] to, int offset, int count) throws FrameException {
      for (int i = 0; i < count; i++) {
        long value = from.getLong(8 * i);
        if (value > MAX_WHOLE || value < -MAX_WHOLE) {
          throw new FrameException(
              "expected whole numbers up to 2^53, which doubles hold exactly, found " + value);
        }
        to[offset + i] = value;
      }
    }
  },
  /** Bytes, 0 to 255; truth values as 0 and 1. */
  U8(1) {
    @Override
    void read(ByteBuffer from, double[] to, int offset, int count) {
      for (int i = 0; i < count; i++) {
        to[offset + i] = Byte.toUnsignedInt(from.get(i));
      }
    }
  };

  /** Doubles hold every whole number up to here. */
  private static final long MAX_WHOLE = 1L << 53;

  private final int width;

  ElementType(int width) {
    this.width = width;
  }

  /** Returns the bytes of one element. */
  public int width() {
    return width;
  }

  /** Reads elements from the start of a little-endian buffer. */
  abstract void read(ByteBuffer from, double[] to, int offset, int count) throws FrameException;
}
