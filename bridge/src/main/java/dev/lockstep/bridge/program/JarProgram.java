package dev.lockstep.bridge.program;

import dev.lockstep.core.InputException;
import java.io.File;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A candidate of a jar, in a Java process of its own. */
public final class JarProgram {

  private static final String MAIN = "dev.lockstep.bridge.serve.Serve";

  private static final int MIB = 1 << 20;

  private JarProgram() {}

  /**
   * Returns the provider of a name that is found among those in META-INF/services. Its process may
   * take as much memory as this one.
   *
   * @param classPath jars and directories of classes, separated as the platform does; empty:
   *     nothing but lockstep's own
   * @throws InputException if a part of the class path is not there
   */
  public static ProgramProvider provider(
      String name, String classPath, ProgramProvider.Settings settings) {
    for (String part : classPath.split(Pattern.quote(File.pathSeparator), -1)) {
      if (!part.isEmpty() && !Files.exists(Path.of(part))) {
        throw new InputException("--classpath: " + part + ": no such file or directory");
      }
    }
    List<String> command = JavaCommand.start();
    command.add("-Xmx" + Runtime.getRuntime().maxMemory() / MIB + "m");
    String own = own(JarProgram.class.getClassLoader());
    command.addAll(
        List.of("-cp", classPath.isEmpty() ? own : own + File.pathSeparator + classPath));
    command.addAll(List.of(MAIN, name));
    return new ProgramProvider(
        "the process of '%s'".formatted(name), command, Map.of("OMP_NUM_THREADS", "1"), settings);
  }

  /** Lockstep's own classes; in a process of a cluster a class loader has some of them. */
  private static String own(@Nullable ClassLoader loader) {
    String own = System.getProperty("java.class.path");
    return loader instanceof URLClassLoader urls
        ? Arrays.stream(urls.getURLs())
            .map(url -> Path.of(URI.create(url.toString())).toString())
            .collect(Collectors.joining(File.pathSeparator, "", File.pathSeparator + own))
        : own;
  }
}
