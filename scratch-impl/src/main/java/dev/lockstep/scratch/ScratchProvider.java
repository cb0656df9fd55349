package dev.lockstep.scratch;

import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.ludovic.netlib.blas.BLAS;

/** Builds networks by hand. */
public final class ScratchProvider implements ModelProvider {

  private final BLAS blas;
  private final int threads;

  /** Builds models that multiply matrices in pure Java, on one thread. */
  public ScratchProvider() {
    this(MatrixProduct.javaBlas());
  }

  /** Builds models that multiply matrices by a BLAS, on one thread. */
  public ScratchProvider(BLAS blas) {
    this(blas, 1);
  }

  /**
   * Builds models that multiply matrices by a BLAS.
   *
   * @param blas such as {@code NativeBLAS.getInstance()}; which library that is was settled when
   *     the first class of netlib was touched, by the property {@code
   *     dev.ludovic.netlib.blas.nativeLibPath}. With more than one thread it is called from several
   *     at once and must itself use one
   * @param threads at least 1; no number depends on it
   */
  public ScratchProvider(BLAS blas, int threads) {
    this.blas = blas;
    this.threads = threads;
  }

  @Override
  public String name() {
    return "scratch";
  }

  /** Returns the name of the BLAS, such as {@code Java11BLAS} or {@code JNIBLAS}. */
  public String blasName() {
    return blas.getClass().getSimpleName();
  }

  @Override
  public Model create(NetworkSpec network) {
    return new ScratchModel(network, blas, threads);
  }
}
