package dev.lockstep.experiments.library;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Builds a release from a copy of the sources into a directory, as it would go to a repository. */
final class Staging {

  static final String VERSION = "0.1.0";

  private static final Path TOP = Path.of("").toAbsolutePath().resolve("..").normalize();

  static final Path LOCAL = Path.of(System.getProperty("user.home"), ".m2", "repository");

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
    Path sources = release(work);
    Path repository = work.resolve("staging");
    List<String> command =
        new ArrayList<>(
            List.of(
                "deploy",
                "-pl",
                "bom,core,scratch-impl,report",
                "-Ppublish" + (keys.isEmpty() ? "" : ",sign"),
                "-Dmaven.test.skip=true",
                "-Dhome=https://rehearsal.invalid/lockstep",
                // what a deployment leaves in a local repository goes to one of its own
                "-Dmaven.repo.local=" + work.resolve("local"),
                "-Dmaven.repo.local.tail=" + LOCAL,
                "-DaltDeploymentRepository=staging::" + repository.toUri()));
    if (!keys.isEmpty()) {
      command.add("-Dgpg.homedir=" + keys);
    }
    succeed(maven(sources, command));
    return repository;
  }

  /**
   * Returns a copy of the sources with the version of a release, set as RELEASING.md says.
   *
   * @param work an empty directory
   */
  static Path release(Path work) throws IOException, InterruptedException {
    return release(work, VERSION);
  }

  static Path release(Path work, String version) throws IOException, InterruptedException {
    Path sources = work.resolve("sources");
    copySources(sources);
    succeed(
        maven(
            sources,
            List.of(
                "versions:set",
                "-Pcluster",
                "-DnewVersion=" + version,
                // two builds of one release have one time in what they make
                "-DupdateBuildOutputTimestamp=false",
                "-DgenerateBackupPoms=false")));
    return sources;
  }

  private static void copySources(Path target) throws IOException {
    try (Stream<Path> files = Files.walk(TOP)) {
      for (Path file : files.toList()) {
        String name = TOP.relativize(file).toString();
        if (!name.isEmpty() && name.matches("(.*/)?(target|reports|\\.git|\\.idea)(/.*)?")) {
          continue;
        }
        if (Files.isDirectory(file)) {
          Files.createDirectories(target.resolve(name));
        } else {
          Files.copy(file, target.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  /** Maven without the gates, which say nothing about what is made. */
  static Run maven(Path directory, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(TOP.resolve("mvnw").toString(), "-B", "-ntp", "-q", "-Dgates.skip=true"));
    command.addAll(arguments);
    return run(directory, Map.of(), command);
  }

  static void succeed(Run run) {
    if (run.exitCode() != 0) {
      throw new AssertionError(run.output());
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
