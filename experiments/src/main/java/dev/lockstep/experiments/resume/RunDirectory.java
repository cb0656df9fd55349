package dev.lockstep.experiments.resume;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.core.CompleteRecord;
import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.WholeFile;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.experiments.machine.Environment;
import dev.lockstep.report.Format;
import dev.lockstep.report.ResultJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Where a comparison puts its results, held by one process at a time. The file that is locked says
 * what was asked for, so that another process can go on with it.
 */
public final class RunDirectory implements AutoCloseable {

  private static final String SESSION = "session.json";

  /** A thousand seeds, each with everything that decides its numbers, need a tenth of it. */
  private static final int MAX_SESSION_BYTES = 1 << 26;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path path;
  private final FileChannel channel;
  private final boolean begun;

  /**
   * What was asked for.
   *
   * @param version of lockstep
   * @param arguments of the command line
   * @param runs what decides the numbers of each run, by where its results go
   */
  private record Session(
      String version, List<String> arguments, Map<String, Map<String, String>> runs) {}

  private RunDirectory(Path path, FileChannel channel, boolean begun) {
    this.path = path;
    this.channel = channel;
    this.begun = begun;
  }

  /**
   * Begins anew, where the reports of an earlier run are taken away.
   *
   * @param path a directory that can be written to
   * @param arguments of the command line
   * @param runs what decides the numbers of each run, by where its results go
   * @param notices is told what was taken away
   * @throws UsageException if another process is at work there, or its work would be lost
   */
  public static RunDirectory begin(
      Path path,
      List<String> arguments,
      Map<String, Map<String, String>> runs,
      Consumer<String> notices) {
    RunDirectory directory =
        lock(
            path,
            true,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      // read through the channel: to close another on the same file would let go of the lock
      Set<String> earlier = runsIn(Channels.newInputStream(directory.channel.position(0)));
      EarlierRun.remove(path, earlier, notices);
      Session session = new Session(version(), arguments, runs);
      byte[] json = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(session);
      directory.channel.truncate(0).position(0);
      directory.channel.write(ByteBuffer.wrap(json));
      directory.channel.force(true);
      for (String run : runs.keySet()) {
        CheckpointFile.delete(directory.of(run));
      }
      return directory;
    } catch (IOException e) {
      directory.close();
      throw cannotWrite(path, e);
    } catch (UsageException e) {
      directory.close();
      throw e;
    }
  }

  /**
   * Takes up what another process left.
   *
   * @param runs what decides the numbers of each run, by where its results go
   * @throws UsageException if another process is at work there
   * @throws InputException if something else was begun there, naming the first difference
   */
  public static RunDirectory goOn(Path path, Map<String, Map<String, String>> runs) {
    RunDirectory directory = lock(path, false, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      Session session = read(path, Channels.newInputStream(directory.channel.position(0)));
      requireSame(path, session.runs(), runs);
      WholeFile.tidy(path);
      for (String run : runs.keySet()) {
        Path folder = directory.of(run);
        if (Files.isDirectory(folder)) {
          WholeFile.tidy(folder);
        }
      }
      return directory;
    } catch (IOException e) {
      directory.close();
      throw cannotRead(path, e);
    } catch (InputException e) {
      directory.close();
      throw e;
    }
  }

  private static void requireSame(
      Path path, Map<String, Map<String, String>> before, Map<String, Map<String, String>> now) {
    if (!before.keySet().equals(now.keySet())) {
      throw new InputException(
          "%s: expected the runs that were begun there, %s, found %s"
              .formatted(path.resolve(SESSION), before.keySet(), now.keySet()));
    }
    now.forEach(
        (run, identity) ->
            CheckpointFile.difference(before.getOrDefault(run, Map.of()), identity)
                .ifPresent(
                    difference -> {
                      throw new InputException(
                          "--resume: another run was begun in %s: %s; beside --resume expected -q, -v, --no-color or --format alone, or the whole command that began it"
                              .formatted(path, difference));
                    }));
  }

  /**
   * Returns the arguments with which a comparison was begun.
   *
   * @throws InputException if none was, or by another version
   */
  public static List<String> arguments(Path path) {
    try (InputStream in = Files.newInputStream(path.resolve(SESSION))) {
      return read(path, in).arguments();
    } catch (IOException e) {
      throw cannotRead(path, e);
    }
  }

  /** Returns where the results of what was begun in a directory are; empty if nothing was. */
  static Set<String> runsIn(Path path) {
    try (InputStream in = Files.newInputStream(path.resolve(SESSION))) {
      return runsIn(in);
    } catch (IOException e) {
      return Set.of();
    }
  }

  private static Set<String> runsIn(InputStream session) {
    try {
      byte[] json = session.readNBytes(MAX_SESSION_BYTES);
      return CompleteRecord.require(JSON.readValue(json, Session.class)).runs().keySet();
    } catch (IOException | IllegalArgumentException e) {
      return Set.of(); // of what cannot be read nothing is known
    }
  }

  private static Session read(Path path, InputStream in) throws IOException {
    Path file = path.resolve(SESSION);
    byte[] json = in.readNBytes(MAX_SESSION_BYTES);
    try {
      Session session = CompleteRecord.require(JSON.readValue(json, Session.class));
      if (!session.version().equals(version())) {
        throw new InputException(
            "%s: begun by lockstep %s, this is %s; begin anew, or go on with that version"
                .formatted(file, session.version(), version()));
      }
      return session;
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s: expected what a comparison was begun with, found %s; begin anew"
              .formatted(file, ResultJson.wrong(e)),
          e);
    } catch (IllegalArgumentException e) {
      throw new InputException(file + ": " + e.getMessage() + "; begin anew", e);
    }
  }

  private static String version() {
    return Environment.version() + " (commit " + Environment.commit() + ")";
  }

  private static RunDirectory lock(Path path, boolean begun, StandardOpenOption... how) {
    try {
      return new RunDirectory(path, DirectoryLock.open(path.resolve(SESSION), how), begun);
    } catch (IOException e) {
      throw begun ? cannotWrite(path, e) : cannotRead(path, e);
    }
  }

  private static InputException cannotRead(Path path, IOException e) {
    return new InputException(
        "--resume: expected a directory in which a comparison was begun, found no %s that can be read"
            .formatted(path.resolve(SESSION)),
        e);
  }

  private static InputException cannotWrite(Path path, IOException e) {
    return new InputException(
        "--output: expected a directory that can be written, found %s (%s); name another"
            .formatted(path, Reasons.of(e)),
        e);
  }

  public Path path() {
    return path;
  }

  /** Returns where the results of a run go, and meanwhile what it needs to go on. */
  public Path of(String run) {
    return path.resolve(run);
  }

  /** Returns whether a run has come to its end: it has a result, and nothing to go on from. */
  public boolean isFinished(String run) {
    return Files.exists(of(run).resolve(Format.JSON.fileName())) && !CheckpointFile.isIn(of(run));
  }

  /** Returns what a run that has come to its end came to. */
  public RunResult result(String run) {
    return ResultJson.read(of(run).resolve(Format.JSON.fileName()));
  }

  /** Forgets what a run that has come to its end would have needed to go on. */
  public void finish(String run) {
    try {
      CheckpointFile.delete(of(run));
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  /** Lets go of the directory, and takes it away if nothing came of what was begun. */
  @Override
  public void close() {
    try (channel) {
      if (begun && isEmpty()) {
        Files.delete(path.resolve(SESSION));
        Files.delete(path);
      }
    } catch (IOException e) {
      // An empty directory that is left over is no reason to hide how the run ended.
    }
  }

  private boolean isEmpty() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.allMatch(file -> file.endsWith(SESSION));
    }
  }
}
