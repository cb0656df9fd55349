package dev.lockstep.experiments.machine;

import com.sun.jna.NativeLibrary;
import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * The matrix product of the scratch side: the current OpenBLAS, which the build puts beside the
 * jar; where it has none for this platform the older one that ND4J brings; else pure Java. ND4J
 * keeps its own in any case.
 *
 * @param implementation chosen explicitly; netlib left to itself takes whatever the machine has
 * @param name of the library really loaded, with version and kernel, for the report
 */
public record Blas(BLAS implementation, String name) {

  /** The choices besides the path of a library. */
  public static final String CHOICES = "auto, openblas, nd4j or java";

  /** What is chosen, as a system property; {@code auto} if nothing is. */
  private static final String CHOICE_PROPERTY = "lockstep.blas";

  /** What the first call found. */
  private static @Nullable Blas fastest;

  private static final String LIBRARY_PROPERTY = "dev.ludovic.netlib.blas.nativeLibPath";

  /**
   * Chooses, before anything is multiplied: netlib holds one library for the whole process.
   *
   * @param choice one of {@link #CHOICES}, or the path of a library with the functions of BLAS
   * @throws UsageException if it is too late for another choice
   */
  public static synchronized void choose(String choice) {
    if (!choice.equals(chosen()) && fastest != null) {
      throw new UsageException(
          "--blas %s: expected %s, which this process has already loaded; start lockstep anew"
              .formatted(choice, chosen()));
    }
    System.setProperty(CHOICE_PROPERTY, choice);
  }

  /** Returns what was chosen as an argument for a JVM that is to choose the same. */
  public static String asProperty() {
    return "-D" + CHOICE_PROPERTY + "=" + chosen();
  }

  private static String chosen() {
    return System.getProperty(CHOICE_PROPERTY, "auto");
  }

  /**
   * Returns the one chosen, or else the fastest there is. What the first call finds holds for the
   * whole process, and netlib looks for a library as soon as any BLAS of its own is asked for: this
   * must come before.
   */
  public static synchronized Blas fastest() {
    Blas found = fastest;
    if (found == null) {
      found = Libraries.load(chosen());
      fastest = found;
    }
    return found;
  }

  /** Returns the one in pure Java, which sums in another order than OpenBLAS. */
  public static Blas pureJava() {
    fastest();
    return inJava();
  }

  private static Blas inJava() {
    return new Blas(JavaBLAS.getInstance(), "pure Java (netlib)");
  }

  /** Where the libraries are. */
  private static final class Libraries {

    private Libraries() {}

    static Blas load(String choice) {
      return switch (choice) {
        case "auto" -> current().or(Libraries::ofNd4j).orElseGet(Blas::inJava);
        case "openblas" ->
            current()
                .orElseThrow(
                    () ->
                        new UsageException(
                            "--blas openblas: expected the library that the build puts beside the"
                                + " jar, found none for this platform; leave --blas out"));
        case "nd4j" ->
            ofNd4j()
                .orElseThrow(
                    () ->
                        new UsageException(
                            "--blas nd4j: ND4J brings no OpenBLAS for this platform; leave --blas"
                                + " out"));
        case "java" -> inJava();
        default -> named(Path.of(choice));
      };
    }

    private static Blas named(Path library) {
      if (!Files.isRegularFile(library)) {
        throw new InputException(
            "--blas %s: expected %s, or the file of a BLAS library; there is no such file"
                .formatted(library, CHOICES));
      }
      ofNd4j();
      return of(library)
          .orElseThrow(
              () ->
                  new InputException(
                      "--blas "
                          + library
                          + ": expected a library with the functions of BLAS for this platform,"
                          + " found a file that cannot be loaded"));
    }

    /** Returns the one beside the jar, or beside the classes while lockstep is built. */
    private static Optional<Blas> current() {
      // ND4J's must be there first: both have one name, and the first is what ND4J is linked to.
      if (nd4jLibrary() == null) {
        return Optional.empty();
      }
      try {
        Path home = Path.of(Blas.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path directory = home.resolveSibling("openblas");
        if (!Files.isDirectory(directory)) {
          return Optional.empty();
        }
        try (Stream<Path> files = Files.walk(directory)) {
          return files.filter(file -> file.endsWith(libraryName())).findFirst().flatMap(Libraries::of);
        }
      } catch (IOException | URISyntaxException e) {
        return Optional.empty();
      }
    }

    private static Optional<Blas> ofNd4j() {
      Path library = nd4jLibrary();
      return library == null ? Optional.empty() : of(library);
    }

    private static @Nullable Path nd4jLibrary() {
      try {
        // The generic name exists only beside the preset that is loaded here.
        Path preset = Path.of(Loader.load(org.bytedeco.openblas.global.openblas.class));
        Path library = preset.resolveSibling(libraryName());
        return Files.exists(library) ? library : null;
      } catch (LinkageError | RuntimeException e) {
        // No OpenBLAS for this platform: the report names what is used instead.
        return null;
      }
    }

    private static Optional<Blas> of(Path library) {
      try {
        System.load(library.toAbsolutePath().toString()); // before netlib, which tries only once
        System.setProperty(LIBRARY_PROPERTY, library.toAbsolutePath().toString());
        return Optional.of(new Blas(NativeBLAS.getInstance(), describe(library)));
      } catch (LinkageError | RuntimeException e) {
        return Optional.empty();
      }
    }

    /** Asks an OpenBLAS for its version and the kernel that it has chosen for this processor. */
    private static String describe(Path library) {
      try {
        NativeLibrary loaded = NativeLibrary.getInstance(library.toAbsolutePath().toString());
        String config = ask(loaded, "openblas_get_config"); // OpenBLAS 0.3.31 NO_LAPACKE …
        String kernel = ask(loaded, "openblas_get_corename");
        return String.join(" ", config.split(" ", 3)[0], config.split(" ", 3)[1])
            + " ("
            + kernel
            + ")";
      } catch (LinkageError | RuntimeException e) {
        return library.getFileName().toString();
      }
    }

    private static String ask(NativeLibrary library, String function) {
      return (String) library.getFunction(function).invoke(String.class, new Object[0]);
    }

    private static String libraryName() {
      String os = System.getProperty("os.name", "").toLowerCase(java.util.Locale.ROOT);
      if (os.contains("win")) {
        return "libopenblas.dll";
      }
      return os.contains("mac") ? "libopenblas.0.dylib" : "libopenblas.so.0";
    }
  }
}
