package dev.lockstep.experiments.library;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Builds a release from a copy of the sources into a directory, as it would go to a repository. */
final class Staging {

  static final String VERSION = "0.1.0";

  private static final Path TOP = Path.of("").toAbsolutePath().resolve("..").normalize();

  private static final Path LOCAL = Path.of(System.getProperty("user.home"), ".m2", "repository");

  private static final long MINUTES = 15;

  /** What a process said, and what it exited with. */
  record Run(int exitCode, String output) {}

  private Staging() {}

  /**
   * @param work an empty directory
   * @param keys where GnuPG keeps the key to sign with; empty: unsigned
   * @return the directory of the repository
   */
  static Path stage(Path work, String keys) throws IOException, InterruptedException {
    Path sources = work.resolve("sources");
    copySources(sources);
    Path repository = work.resolve("staging");
    List<String> command =
        new ArrayList<>(
            List.of(
                "./mvnw",
                "-B",
                "-ntp",
                "-q",
                "deploy",
                "-pl",
                "bom,core,scratch-impl,report",
                "-Ppublish" + (keys.isEmpty() ? "" : ",sign"),
                "-Dgates.skip=true",
                "-Dmaven.test.skip=true",
                // what a deployment leaves in a local repository goes to one of its own
                "-Dmaven.repo.local=" + work.resolve("local"),
                "-Dmaven.repo.local.tail=" + LOCAL,
                "-DaltDeploymentRepository=staging::" + repository.toUri()));
    if (!keys.isEmpty()) {
      command.add("-Dgpg.homedir=" + keys);
    }
    Run run = run(sources, Map.of(), command);
    if (run.exitCode() != 0) {
      throw new AssertionError(run.output());
    }
    return repository;
  }

  private static void copySources(Path target) throws IOException {
    try (Stream<Path> files = Files.walk(TOP)) {
      files
          .filter(
              file ->
                  TOP.relativize(file).toString().isEmpty()
                      || !TOP.relativize(file)
                          .toString()
                          .matches("(.*/)?(target|reports|\\.git|\\.idea)(/.*)?"))
          .forEach(file -> copy(file, target.resolve(TOP.relativize(file).toString())));
    }
  }

  private static void copy(Path file, Path target) {
    try {
      if (Files.isDirectory(file)) {
        Files.createDirectories(target);
      } else if (file.endsWith("pom.xml")) {
        Files.writeString(
            target,
            Files.readString(file)
                .replace("<version>" + VERSION + "-SNAPSHOT<", "<version>" + VERSION + "<"));
      } else {
        Files.copy(file, target, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Run run(Path directory, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("run", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError(command + " took longer than " + MINUTES + " minutes");
    }
    String said = Files.readString(output, StandardCharsets.UTF_8);
    Files.delete(output);
    return new Run(process.exitValue(), said);
  }
}
