package dev.lockstep.scratch;

import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.ludovic.netlib.blas.BLAS;

/** Builds networks by hand. */
public final class ScratchProvider implements ModelProvider {

  private final MatrixProduct product;

  /** Builds models that multiply matrices in pure Java. */
  public ScratchProvider() {
    this(MatrixProduct.pureJava());
  }

  /**
   * Builds models that multiply matrices by a BLAS.
   *
   * @param blas such as {@code NativeBLAS.getInstance()}; which library that is was settled when
   *     the first class of netlib was touched, by the property {@code
   *     dev.ludovic.netlib.blas.nativeLibPath}
   */
  public ScratchProvider(BLAS blas) {
    this(new MatrixProduct(blas));
  }

  private ScratchProvider(MatrixProduct product) {
    this.product = product;
  }

  @Override
  public String name() {
    return "scratch";
  }

  /** Returns the name of the BLAS, such as {@code Java11BLAS} or {@code JNIBLAS}. */
  public String blasName() {
    return product.blasName();
  }

  @Override
  public Model create(NetworkSpec network) {
    return new ScratchModel(network, product);
  }
}
