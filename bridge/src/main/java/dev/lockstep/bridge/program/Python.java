package dev.lockstep.bridge.program;

import dev.lockstep.core.InputException;
import dev.lockstep.core.wording.Reasons;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The Python of this machine, and what Lockstep brings for it. */
public final class Python {

  /** Names the Python to be used. */
  public static final String VARIABLE = "LOCKSTEP_PYTHON";

  /** Debian's, where its packages of NumPy and PyTorch are, comes before others on the path. */
  private static final List<String> COMMANDS = List.of("/usr/bin/python3", "python3", "python");

  private static final long LOOK_SECONDS = 60;
  private static final List<String> FILES =
      List.of("lockstep.py", "numpy_side.py", "pytorch_side.py");

  /** Importing a module takes seconds, and a machine does not change within a process. */
  private static final Map<String, Optional<String>> FOUND = new ConcurrentHashMap<>();

  private Python() {}

  /** The sides that come with Lockstep. */
  public enum Side {
    NUMPY("numpy"),
    PYTORCH("torch");

    private final String module;

    Side(String module) {
      this.module = module;
    }

    /** Returns the name by which it goes on the command line. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the module that it needs. */
    public String module() {
      return module;
    }
  }

  /**
   * Returns the first Python of this machine that has a module: the one that {@value #VARIABLE}
   * names, or else one of the usual ones.
   */
  public static Optional<String> with(String module) {
    return FOUND.computeIfAbsent(module, Python::find);
  }

  private static Optional<String> find(String module) {
    String named = System.getenv(VARIABLE);
    return (named == null ? COMMANDS : List.of(named))
        .stream().filter(command -> version(command, module).isPresent()).findFirst();
  }

  /** Returns the version of a module that a Python has, empty if it has none. */
  public static Optional<String> version(String command, String module) {
    return answer(command, "import " + module + " as m; print(m.__version__)");
  }

  /**
   * Returns whether the matrix products of a module come from the reference BLAS, which computes
   * right and many times slower than OpenBLAS. Only Linux tells; elsewhere false.
   */
  public static boolean hasReferenceBlas(String command, String module) {
    return answer(
            command,
            "import os, sys, "
                + module
                + "; maps = open('/proc/self/maps') if sys.platform == 'linux' else ();"
                + " files = {os.path.realpath(line.split()[-1]) for line in maps};"
                + " fast = ('openblas', 'mkl', 'blis', 'atlas');"
                + " print(any('/libblas.so' in file and not any(name in file for name in fast)"
                + " for file in files))")
        .filter("True"::equals)
        .isPresent();
  }

  /** Returns what a line of Python prints, empty if it fails or takes too long. */
  private static Optional<String> answer(String command, String line) {
    try {
      Process process =
          new ProcessBuilder(command, "-c", line)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        if (process.waitFor(LOOK_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
          return Optional.of(
              new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
        }
        return Optional.empty();
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while looking for Python", e);
    }
  }

  /** Returns what to do where no Python has what a side needs. */
  public static String howToGet(Side side) {
    return "install it (Debian: apt install python3-%s), or set %s to a Python that has it"
        .formatted(side.module(), VARIABLE);
  }

  /**
   * Returns a provider of one of the bundled sides.
   *
   * @throws InputException if this machine has no Python with what the side needs
   */
  public static ProgramProvider provider(Side side, ProgramProvider.Settings settings) {
    String python =
        with(side.module())
            .orElseThrow(
                () ->
                    new InputException(
                        "%s: expected a Python that can import %s, found none: %s"
                            .formatted(side.id(), side.module(), howToGet(side))));
    String script = directory().resolve(side.id() + "_side.py").toString();
    return new ProgramProvider(List.of(python, script), environment(), settings);
  }

  /**
   * Returns what a program is given unless the user's environment says otherwise: one thread, for
   * the last bits depend on their number, and {@code lockstep.py} on Python's path.
   */
  public static Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    for (String variable : List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")) {
      environment.put(variable, "1");
    }
    environment.put("PYTHONDONTWRITEBYTECODE", "1");
    environment.put("PYTHONPATH", directory().toString());
    return environment;
  }

  /** The files of this process, unpacked. */
  private static final class Unpacked {
    private static final Path DIRECTORY = unpack();

    private static Path unpack() {
      try {
        Path directory = Files.createTempDirectory("lockstep-python");
        directory.toFile().deleteOnExit();
        for (String name : FILES) {
          Path file = directory.resolve(name);
          try (InputStream in = Objects.requireNonNull(Python.class.getResourceAsStream(name))) {
            Files.copy(in, file);
          }
          file.toFile().deleteOnExit();
        }
        return directory;
      } catch (IOException e) {
        throw new InputException(
            "cannot write to the directory for temporary files: " + Reasons.of(e), e);
      }
    }
  }

  private static Path directory() {
    return Unpacked.DIRECTORY;
  }
}
