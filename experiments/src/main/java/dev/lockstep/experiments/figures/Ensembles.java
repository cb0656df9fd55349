package dev.lockstep.experiments.figures;

import dev.lockstep.core.compare.judging.Classification;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.FigureKind;
import dev.lockstep.core.result.Figure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What the variants of an experiment say together, where it asks for that (section 8.1.2). */
public final class Ensembles {

  private final Map<String, Map<String, List<SideAnswers>>> members = new LinkedHashMap<>();

  /** Returns whether an experiment's answers are needed beside its result. */
  public static boolean takes(Experiment experiment) {
    return experiment.figures().contains(FigureKind.ENSEMBLE);
  }

  /**
   * Adds a member.
   *
   * @param answers of both sides
   */
  public void add(Experiment experiment, long seed, List<SideAnswers> answers) {
    if (takes(experiment)) {
      members
          .computeIfAbsent(experiment.id() + ", seed " + seed, ensemble -> new LinkedHashMap<>())
          .put(experiment.variant(), answers);
    }
  }

  /** Returns a figure for each ensemble: an experiment with one seed. */
  public List<Figure> figures() {
    List<Figure> figures = new ArrayList<>();
    members.forEach(
        (title, ensemble) ->
            figures.add(figure("ensemble-" + (figures.size() + 1), title, ensemble)));
    return figures;
  }

  private static Figure figure(String id, String title, Map<String, List<SideAnswers>> ensemble) {
    List<String> sides =
        ensemble.values().iterator().next().stream().map(SideAnswers::name).toList();
    List<String> rows = new ArrayList<>(ensemble.keySet());
    rows.add("all together");
    List<List<Double>> values = new ArrayList<>();
    for (List<SideAnswers> member : ensemble.values()) {
      values.add(member.stream().map(side -> side.answers().accuracy()).toList());
    }
    values.add(
        IntStream.range(0, sides.size())
            .mapToObj(side -> ensemble.values().stream().map(m -> m.get(side).answers()).toList())
            .map(all -> Classification.average(all).accuracy())
            .toList());
    return new Figure.HeatMap(
        id,
        "Ensemble: " + title,
        "Test accuracy of each member, and of the mean of all members' probabilities.",
        "member",
        "side",
        Figure.Axis.linear("accuracy", "share of images"),
        rows,
        sides,
        values);
  }
}
