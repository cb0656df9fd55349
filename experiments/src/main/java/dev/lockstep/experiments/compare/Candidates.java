package dev.lockstep.experiments.compare;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.data.Sha256;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.experiments.machine.Blas;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Networks of users' own, found by {@link ServiceLoader}. */
public final class Candidates {

  private Candidates() {}

  /**
   * Finds a provider by its name.
   *
   * @param classPath jars and directories of classes, separated as the platform does; null: nothing
   *     but lockstep's own
   * @throws UsageException if there is none of that name, naming those there are
   * @throws InputException if a part of the class path is not there
   */
  public static ModelProvider find(String name, @Nullable String classPath) {
    Blas.chosen(); // before a provider's own code may ask for one in pure Java
    List<String> names = new ArrayList<>();
    try {
      for (ModelProvider provider :
          ServiceLoader.load(ModelProvider.class, loader(classPath == null ? "" : classPath))) {
        if (provider.name().equals(name)) {
          return provider;
        }
        names.add(provider.name());
      }
    } catch (ServiceConfigurationError e) {
      throw new UsageException("--candidate: a provider cannot be loaded: " + e.getMessage(), e);
    }
    throw new UsageException(
        "--candidate: expected a provider called '%s' in META-INF/services/%s on --classpath, found %s"
            .formatted(name, ModelProvider.class.getName(), names.isEmpty() ? "none" : names));
  }

  /**
   * Returns a digest of everything on a class path: two candidates of one name and one digest are
   * the same.
   *
   * @param classPath as for {@link #find}
   * @throws InputException if a part of the class path cannot be read
   */
  public static String digest(@Nullable String classPath) {
    StringBuilder content = new StringBuilder();
    for (Path part : parts(classPath == null ? "" : classPath)) {
      try (Stream<Path> files = Files.walk(part)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          content
              .append(part.relativize(file))
              .append(' ')
              .append(Sha256.of(Files.readAllBytes(file)))
              .append('\n');
        }
      } catch (IOException | UncheckedIOException e) {
        throw new InputException("--classpath: " + part + ": cannot be read: " + Reasons.of(e), e);
      }
    }
    return Sha256.of(content.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static List<Path> parts(String classPath) {
    List<Path> parts = new ArrayList<>();
    for (String part : classPath.split(Pattern.quote(File.pathSeparator), -1)) {
      if (part.isEmpty()) {
        continue;
      }
      Path path = Path.of(part);
      if (!Files.exists(path)) {
        throw new InputException("--classpath: " + path + ": no such file or directory");
      }
      parts.add(path);
    }
    return parts;
  }

  /** The loader lives as long as the process: models load their classes while they train. */
  private static ClassLoader loader(String classPath) {
    List<URL> urls = new ArrayList<>();
    for (Path path : parts(classPath)) {
      try {
        urls.add(path.toUri().toURL());
      } catch (MalformedURLException e) {
        throw new InputException("--classpath: " + path + ": " + e.getMessage(), e);
      }
    }
    return new URLClassLoader(urls.toArray(URL[]::new), Candidates.class.getClassLoader());
  }
}
