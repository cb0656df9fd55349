package dev.lockstep.report.summary;

import dev.lockstep.core.result.Setting;
import dev.lockstep.report.summary.Summary.Variant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * In what the variants of one experiment differ, and in nothing else.
 *
 * @param keys of the settings that are not the same in all variants
 * @param rows one for each variant
 */
public record VariantSettings(String experiment, List<String> keys, List<Row> rows) {

  /**
   * One variant.
   *
   * @param values of the keys, on the reference's side; empty where a variant has no such setting
   */
  public record Row(String variant, List<String> values) {}

  /** Returns the experiments that have several variants. */
  public static List<VariantSettings> of(List<Variant> variants) {
    Map<String, List<Variant>> experiments =
        variants.stream()
            .collect(
                Collectors.groupingBy(
                    variant -> variant.experiment().id(), LinkedHashMap::new, Collectors.toList()));
    return experiments.entrySet().stream()
        .filter(experiment -> experiment.getValue().size() > 1)
        .map(experiment -> of(experiment.getKey(), experiment.getValue()))
        .toList();
  }

  private static VariantSettings of(String experiment, List<Variant> variants) {
    List<Map<String, String>> settings = variants.stream().map(VariantSettings::values).toList();
    TreeSet<String> all = new TreeSet<>();
    settings.forEach(values -> all.addAll(values.keySet()));
    List<String> keys =
        all.stream()
            .filter(
                key -> settings.stream().map(s -> s.getOrDefault(key, "")).distinct().count() > 1)
            .toList();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < variants.size(); i++) {
      Map<String, String> values = settings.get(i);
      rows.add(
          new Row(
              variants.get(i).experiment().variant(),
              keys.stream().map(key -> values.getOrDefault(key, "")).toList()));
    }
    return new VariantSettings(experiment, keys, rows);
  }

  private static Map<String, String> values(Variant variant) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Setting setting : variant.configuration()) {
      values.put(setting.key(), setting.reference());
    }
    return values;
  }
}
