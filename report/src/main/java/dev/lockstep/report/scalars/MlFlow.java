package dev.lockstep.report.scalars;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.Setting;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;

/**
 * A run as MLflow keeps its own: the folder {@code mlruns} of its file store, with an experiment
 * and in it a run for each side. Each metric, parameter and tag is a file. The ids are made of what
 * was run: written again, or copied together with others, a run stays one.
 */
public final class MlFlow {

  private static final int FINISHED = 3;
  private static final int LOCAL = 4;
  private static final JsonMapper JSON = new JsonMapper();

  private MlFlow() {}

  /**
   * Returns what files hold, by their path within the folder.
   *
   * @param folder where it will be
   * @param written the time of the run's end and of every metric: a result keeps none
   */
  public static Map<String, byte[]> files(RunResult result, URI folder, Instant written) {
    String title = result.experiment().title();
    // MLflow's own are numbers of 18 digits
    String experiment =
        Long.toString(
            100_000_000_000_000_000L
                + Math.floorMod(id(title).getMostSignificantBits(), 900_000_000_000_000_000L));
    long end = written.toEpochMilli();
    Map<String, String> files = new TreeMap<>();
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("artifact_location", folder.resolve(experiment).toString());
    about.put("creation_time", end);
    about.put("experiment_id", experiment);
    about.put("last_update_time", end);
    about.put("lifecycle_stage", "active");
    about.put("name", "lockstep " + title);
    files.put(experiment + "/meta.yaml", yaml(about));
    Scalars differences = Scalars.differences(result);
    run(
        files,
        result,
        folder,
        experiment,
        end,
        "reference",
        Setting::reference,
        Scalars.reference(result));
    run(
        files,
        result,
        folder,
        experiment,
        end,
        "candidate",
        Setting::candidate,
        Scalars.candidate(result),
        differences);
    Map<String, byte[]> encoded = new LinkedHashMap<>();
    files.forEach((name, text) -> encoded.put(name, text.getBytes(StandardCharsets.UTF_8)));
    return encoded;
  }

  private static void run(
      Map<String, String> files,
      RunResult result,
      URI folder,
      String experiment,
      long end,
      String role,
      Function<Setting, String> setting,
      Scalars... scalars) {
    String side = result.side(role).name();
    String name =
        "%s, seed %d, %s".formatted(result.experiment().title(), result.experiment().seed(), side);
    String run = id(result.command() + "\n" + name + "\n" + role).toString().replace("-", "");
    String root = experiment + "/" + run + "/";
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("artifact_uri", folder.resolve(root + "artifacts").toString());
    about.put("end_time", end);
    about.put("entry_point_name", "");
    about.put("experiment_id", experiment);
    about.put("lifecycle_stage", "active");
    about.put("run_id", run);
    about.put("run_name", name);
    about.put("run_uuid", run);
    about.put("source_name", "");
    about.put("source_type", LOCAL);
    about.put("source_version", "");
    about.put("start_time", end - Math.round(1000 * result.timing().seconds()));
    about.put("status", FINISHED);
    about.put("tags", new int[0]);
    about.put("user_id", "lockstep");
    files.put(root + "meta.yaml", yaml(about));
    for (Scalars some : scalars) {
      some.curves()
          .forEach((metric, points) -> files.put(root + "metrics/" + metric, lines(points, end)));
    }
    files.put(root + "params/seed", Long.toString(result.experiment().seed()));
    for (Setting each : result.configuration()) {
      files.put(root + "params/" + allowed(each.key()), setting.apply(each));
    }
    files.put(root + "tags/mlflow.runName", name);
    files.put(root + "tags/mlflow.source.name", result.command());
    files.put(root + "tags/mlflow.user", "lockstep");
    files.put(root + "tags/lockstep.role", role);
    files.put(root + "tags/lockstep.verdict", result.verdict().name());
  }

  /** A line for each point: time, value, step. */
  private static String lines(Map<Long, Double> points, long end) {
    StringBuilder lines = new StringBuilder();
    points.forEach(
        (step, value) ->
            lines
                .append(end)
                .append(' ')
                .append(number(value))
                .append(' ')
                .append(step)
                .append('\n'));
    return lines.toString();
  }

  /** As Python reads them. */
  private static String number(double value) {
    return Double.isNaN(value)
        ? "nan"
        : Double.isInfinite(value) ? value > 0 ? "inf" : "-inf" : Double.toString(value);
  }

  /** Names become files; MLflow allows no other characters. */
  private static String allowed(String name) {
    String kept = name.replaceAll("[^A-Za-z0-9_.\\- ]", "_");
    return kept.startsWith(".") ? "_" + kept : kept;
  }

  private static UUID id(String text) {
    return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Every value of JSON is one of YAML. */
  private static String yaml(Map<String, Object> values) {
    StringBuilder text = new StringBuilder();
    values.forEach((key, value) -> text.append(key).append(": ").append(json(value)).append('\n'));
    return text.toString();
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("words and numbers can be written", e);
    }
  }
}
