package dev.lockstep.experiments.machine;

import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.bytedeco.javacpp.Loader;

/**
 * The matrix product of the scratch side: the OpenBLAS that ND4J brings, or pure Java where there
 * is none for this platform.
 *
 * @param implementation chosen explicitly; netlib left to itself takes whatever the machine has
 * @param name of the library really loaded, for the report
 */
public record Blas(BLAS implementation, String name) {

  private static final String LIBRARY_PROPERTY = "dev.ludovic.netlib.blas.nativeLibPath";

  /** Which one the scratch side of this process takes. */
  public enum Choice {
    /** The fastest that there is. */
    FASTEST,
    /** Pure Java: the same bits on every processor. */
    JAVA;

    /** As the command line's help and completion show it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static volatile Choice choice = Choice.FASTEST;

  /** Chooses for all that is asked for from now on. */
  public static void choose(Choice chosen) {
    choice = chosen;
  }

  /**
   * Returns the one that was chosen, else the fastest there is. What the first call finds holds for
   * the whole process, and netlib looks for a library as soon as any BLAS of its own is asked for:
   * this must come before.
   */
  public static Blas chosen() {
    Blas fastest = Holder.FASTEST;
    return choice == Choice.JAVA ? inJava() : fastest;
  }

  /** Returns the one in pure Java, which sums in another order than OpenBLAS. */
  public static Blas pureJava() {
    chosen();
    return inJava();
  }

  private static Blas inJava() {
    return new Blas(MatrixProduct.javaBlas(), "pure Java (netlib)");
  }

  private static final class Holder {
    static final Blas FASTEST = load();

    private static Blas load() {
      try {
        // The generic name exists only beside the preset that is loaded here.
        Path preset = Path.of(Loader.load(org.bytedeco.openblas.global.openblas.class));
        Path library = preset.resolveSibling(libraryName());
        if (Files.exists(library)) {
          System.setProperty(LIBRARY_PROPERTY, library.toString());
          return new Blas(NativeBLAS.getInstance(), "OpenBLAS (" + library.getFileName() + ")");
        }
      } catch (LinkageError | RuntimeException e) {
        // No OpenBLAS for this platform: the report names what is used instead.
      }
      return inJava();
    }

    private static String libraryName() {
      String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
      if (os.contains("win")) {
        return "libopenblas.dll";
      }
      return os.contains("mac") ? "libopenblas.0.dylib" : "libopenblas.so.0";
    }
  }
}
