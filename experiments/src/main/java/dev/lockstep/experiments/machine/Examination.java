package dev.lockstep.experiments.machine;

import dev.lockstep.bridge.program.Python;
import dev.lockstep.core.data.mnist.MnistPlace;
import dev.lockstep.core.data.mnist.UserEnvironment;
import dev.lockstep.core.wording.Reasons;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/** Looks at what a machine has for a comparison, each thing by itself. */
public final class Examination {

  private static final int OLDEST_JAVA = 17;

  /** MNIST is 55 MB as bytes; a network of the book and everything around it fit beside it. */
  private static final long SMALL_HEAP = 512L << 20;

  /** Measured: below it not even Deeplearning4j's classes and the data fit. */
  private static final long SMALLEST_HEAP = 128L << 20;

  /** A report with its curves, and a checkpoint of the largest bundled network. */
  private static final long OUTPUT_SPACE = 100L << 20;

  /** The native libraries unpacked, measured: 397 MB; MNIST: 12 MB. */
  private static final long CACHE_SPACE = 450L << 20;

  private static final List<String> PROXIES =
      List.of("https_proxy", "http_proxy", "all_proxy", "no_proxy");

  private Examination() {}

  /** How well a thing serves. */
  public enum State {
    OK,
    /** A comparison runs, but slower, or without something. */
    WARN,
    /** No comparison runs. */
    MISSING
  }

  /**
   * One thing that was looked at.
   *
   * @param advice what to do about it, empty if nothing is to be done
   */
  public record Finding(State state, String name, String found, String advice) {

    private static Finding ok(String name, String found) {
      return new Finding(State.OK, name, found, "");
    }

    private static Finding warn(String name, String found, String advice) {
      return new Finding(State.WARN, name, found, advice);
    }

    private static Finding missing(String name, String found, String advice) {
      return new Finding(State.MISSING, name, found, advice);
    }
  }

  /**
   * Looks at everything.
   *
   * @param output where results would go
   * @param places where MNIST is looked for
   */
  public static List<Finding> of(UserEnvironment user, Path output, List<MnistPlace> places) {
    List<Finding> findings = new ArrayList<>();
    findings.add(java(Runtime.version().feature(), Runtime.version().toString()));
    findings.add(compiler(ToolProvider.getSystemJavaCompiler() != null));
    findings.add(heap(Runtime.getRuntime().maxMemory()));
    findings.add(cores(Runtime.getRuntime().availableProcessors()));
    findings.add(threads(user.variables().get("OMP_NUM_THREADS")));
    findings.add(deeplearning4j());
    findings.add(blas());
    for (Python.Side side : Python.Side.values()) {
      findings.add(python(side, Python.with(side.module())));
    }
    findings.add(data(places));
    findings.add(directory("output", output, OUTPUT_SPACE, State.MISSING, "--output"));
    findings.add(home(user));
    findings.add(
        directory(
            "native cache",
            Path.of(System.getProperty("org.bytedeco.javacpp.cachedir", nativeCache(user))),
            CACHE_SPACE,
            State.WARN,
            "LOCKSTEP_JAVA_OPTS=-Dorg.bytedeco.javacpp.cachedir"));
    findings.add(text(Charset.defaultCharset(), System.getProperty("native.encoding", "unknown")));
    findings.add(proxies(user));
    return findings;
  }

  static Finding java(int feature, String version) {
    return feature >= OLDEST_JAVA
        ? Finding.ok("Java", version)
        : Finding.missing(
            "Java",
            version,
            "install a JDK of version " + OLDEST_JAVA + " or later, set JAVA_HOME");
  }

  static Finding compiler(boolean present) {
    return present
        ? Finding.ok("compiler", "part of this JDK")
        : Finding.warn("compiler", "none: a JRE", "the launcher builds with a JDK: install one");
  }

  /**
   * @param bytes the largest that the heap can become
   */
  static Finding heap(long bytes) {
    String found = (bytes >> 20) + " MiB";
    String advice = "give it more: LOCKSTEP_JAVA_OPTS=-Xmx1g ./lockstep …";
    if (bytes < SMALLEST_HEAP) {
      return Finding.missing("heap", found, advice);
    }
    return bytes < SMALL_HEAP ? Finding.warn("heap", found, advice) : Finding.ok("heap", found);
  }

  static Finding cores(int cores) {
    return cores > 1
        ? Finding.ok("processors", Integer.toString(cores))
        : Finding.warn("processors", "1", "both sides take turns: a comparison takes longer");
  }

  static Finding threads(@Nullable String variable) {
    String advice = "set it to 1: fastest for small networks, and the bits depend on it";
    if (variable == null) {
      return Finding.warn("OMP_NUM_THREADS", "not set", advice);
    }
    return variable.strip().equals("1")
        ? Finding.ok("OMP_NUM_THREADS", "1")
        : Finding.warn("OMP_NUM_THREADS", variable, advice);
  }

  private static Finding deeplearning4j() {
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    String name = "Deeplearning4j";
    try {
      String backend = Nd4j.getBackend().getClass().getSimpleName();
      double sum = Nd4j.ones(2).sumNumber().doubleValue();
      return Finding.ok(
          name,
          "%s, %s on %s, 1 + 1 = %.0f"
              .formatted(Environment.dl4jVersion(), backend, platform, sum));
    } catch (LinkageError | RuntimeException e) {
      return Finding.missing(
          name,
          "no native library for " + platform + " (" + Reasons.of(e) + ")",
          "it runs on Linux, macOS and Windows, x86-64 and arm64, with glibc on Linux");
    }
  }

  private static Finding blas() {
    Blas blas = Blas.chosen();
    return blas.equals(Blas.pureJava())
        ? Finding.warn("matrix product", blas.name(), "the scratch side is slower, and as right")
        : Finding.ok("matrix product", blas.name());
  }

  /**
   * @param command of the Python that has what the side needs, empty if none has
   */
  static Finding python(Python.Side side, Optional<String> command) {
    String name = side.id() + " side";
    return command
        .map(python -> python(name, python, side))
        .orElseGet(
            () ->
                Finding.warn(
                    name,
                    "no Python here has " + side.module(),
                    "needed for --candidate %s alone: %s"
                        .formatted(side.id(), Python.howToGet(side))));
  }

  private static Finding python(String name, String python, Python.Side side) {
    String found =
        "%s with %s %s"
            .formatted(
                python,
                side.module(),
                Python.version(python, side.module()).orElse("of no version"));
    return Python.hasReferenceBlas(python, side.module())
        ? Finding.warn(
            name,
            found + " on the reference BLAS",
            "as right as on OpenBLAS, its steps take several times as long"
                + " (Debian: apt install libopenblas0)")
        : Finding.ok(name, found);
  }

  static Finding data(List<MnistPlace> places) {
    Optional<MnistPlace> found = places.stream().filter(MnistPlace::usable).findFirst();
    return found
        .map(place -> Finding.ok("MNIST", place.directory() + " (" + place.name() + ")"))
        .orElseGet(
            () ->
                Finding.warn(
                    "MNIST",
                    "not on this machine",
                    "compare fetches it, or else takes synthetic digits; now: lockstep data"
                        + " download"));
  }

  /**
   * @param path need not exist
   * @param space bytes that it should have room for
   * @param without how bad it is if nothing can be written there
   * @param option that names another place
   */
  static Finding directory(String name, Path path, long space, State without, String option) {
    Path existing = path.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
      return new Finding(without, name, path + " cannot be written", "name another: " + option);
    }
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      String found = "%s, %,d MB free".formatted(path, free / 1_000_000);
      return free >= space
          ? Finding.ok(name, found)
          : Finding.warn(
              name, found, "make room for %,d MB, or %s".formatted(space / 1_000_000, option));
    } catch (IOException e) {
      return Finding.warn(
          name, path + ", room unknown: " + Reasons.of(e), "look whether it is full");
    }
  }

  static Finding home(UserEnvironment user) {
    return user.cache()
        .map(cache -> directory("cache", cache, 0, State.WARN, "--data-dir, XDG_CACHE_HOME"))
        .orElseGet(
            () ->
                Finding.warn(
                    "cache",
                    "no home directory",
                    "set HOME or XDG_CACHE_HOME, or MNIST is not kept; --data-dir names it"));
  }

  private static String nativeCache(UserEnvironment user) {
    try {
      return Loader.getCacheDir().getPath();
    } catch (IOException | LinkageError | RuntimeException e) {
      return Optional.ofNullable(user.home()).orElse(Path.of("")).resolve(".javacpp").toString();
    }
  }

  static Finding text(Charset charset, String terminal) {
    String found =
        "language %s, files %s, terminal %s"
            .formatted(System.getProperty("user.language", "unknown"), charset, terminal);
    return terminal.equalsIgnoreCase(StandardCharsets.UTF_8.name())
        ? Finding.ok("locale", found)
        : Finding.warn(
            "locale", found, "output is UTF-8: signs such as × may look wrong; LANG=C.UTF-8");
  }

  /** Names the variables alone: their values may hold passwords. */
  static Finding proxies(UserEnvironment user) {
    List<String> set =
        PROXIES.stream()
            .flatMap(name -> Stream.of(name, name.toUpperCase(Locale.ROOT)))
            .filter(user.variables()::containsKey)
            .toList();
    return Finding.ok("proxies", set.isEmpty() ? "none named" : String.join(", ", set));
  }
}
