package dev.lockstep.experiments.live;

import dev.lockstep.core.InputException;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.Figure.Axis;
import dev.lockstep.core.result.Figure.Lines.Panel;
import dev.lockstep.core.result.Figure.Series;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.Solo;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.report.HtmlReport;
import dev.lockstep.report.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The page of a comparison while it runs, on this machine alone. It is there as long as the
 * comparison; its last state is the report.
 */
public final class LivePage implements AutoCloseable {

  /** A curve keeps no more points: beyond it every second one is forgotten. */
  private static final int POINTS = 400;

  private final String command;
  private final int runs;
  private final LiveServer server;
  private final Map<String, Watched> under = new LinkedHashMap<>();
  private final List<Page.Row> ended = new ArrayList<>();
  private @Nullable Path report;

  /**
   * Begins to listen.
   *
   * @param command that runs
   * @param runs how many there will be
   * @throws InputException if nothing can listen on 127.0.0.1
   */
  public LivePage(String command, int runs) {
    this.command = command;
    this.runs = runs;
    try {
      this.server = new LiveServer(this::page);
    } catch (IOException e) {
      throw new InputException(
          "--live: expected a free port on 127.0.0.1, found none (%s); leave it out"
              .formatted(Reasons.of(e)),
          e);
    }
  }

  /** Returns where a browser finds it. */
  public String address() {
    return server.address();
  }

  /** Returns a listener that draws a run, and tells another one as well. */
  public LockstepListener watching(String title, LockstepListener next) {
    Watched watched = new Watched(next);
    synchronized (this) {
      under.put(title, watched);
    }
    return watched;
  }

  /** Says that a run has ended. */
  public synchronized void ended(String title, RunResult result) {
    under.remove(title);
    RunResult.Implementation a = result.side("reference");
    RunResult.Implementation b = result.side("candidate");
    ended.add(
        new Page.Row(
            List.of(
                Page.Cell.of(title),
                Page.Cell.of(result.verdict()),
                Page.Cell.of(a.testAccuracy()),
                Page.Cell.of(b.testAccuracy())),
            result.verdict().exitCode() != 0));
    server.changed();
  }

  /** Shows a report from now on. */
  public synchronized void reported(@Nullable Path page) {
    report = page;
  }

  private synchronized String page(long version) {
    Path whole = report;
    if (whole != null) {
      try {
        return Files.readString(whole);
      } catch (IOException e) {
        report = null; // somebody took it away
      }
    }
    List<Page.Section> sections = new ArrayList<>();
    if (!ended.isEmpty()) {
      sections.add(
          new Page.Section(
              "ended",
              "Runs that have ended",
              List.of(
                  new Page.Rows(
                      "%d of %d".formatted(ended.size(), runs),
                      List.of("run", "verdict", "test score, reference", "test score, candidate"),
                      List.copyOf(ended),
                      false))));
    }
    under.forEach(
        (title, watched) ->
            sections.add(
                new Page.Section(
                    "run-" + sections.size(),
                    title,
                    List.of(new Page.Text(watched.latest), new Page.Pictures(watched.figures())))));
    String headline =
        under.size() == 1
            ? under.values().iterator().next().latest
            : "%d of %s done.".formatted(ended.size(), Numbers.counted(runs, "run"));
    return HtmlReport.writeLive(
        new Page(
            command,
            "RUNNING",
            true,
            headline,
            "No verdict yet: the page is redrawn as steps are taken, and ends as the report.",
            List.of(),
            sections),
        version);
  }

  /** Shows the last page to those who look, and listens no more. */
  @Override
  public void close() {
    server.close();
  }

  /** One run under way. */
  private final class Watched implements LockstepListener {

    private final LockstepListener next;
    private final TreeMap<Long, double[]> losses = new TreeMap<>();
    private final List<Curves.AccuracyPoint> accuracies = new ArrayList<>();
    private long stride = 1;
    private String latest = "No step has been taken yet.";

    Watched(LockstepListener next) {
      this.next = next;
    }

    List<Figure> figures() {
      List<Figure> figures = new ArrayList<>();
      if (losses.size() > 1) {
        figures.add(
            lines(
                "loss",
                "Loss",
                "Of single steps.",
                new ArrayList<>(losses.keySet()),
                losses.values().stream().map(both -> both[0]).toList(),
                losses.values().stream().map(both -> both[1]).toList()));
      }
      if (!accuracies.isEmpty()) {
        figures.add(
            lines(
                "accuracy",
                "Test score",
                "Accuracy, or R² where numbers are predicted.",
                accuracies.stream().map(Curves.AccuracyPoint::step).toList(),
                accuracies.stream().map(Curves.AccuracyPoint::referenceTest).toList(),
                accuracies.stream().map(Curves.AccuracyPoint::candidateTest).toList()));
      }
      return figures;
    }

    private static Figure lines(
        String id, String title, String caption, List<Long> steps, List<Double> a, List<Double> b) {
      List<Double> x = steps.stream().map(Long::doubleValue).toList();
      return new Figure.Lines(
          id,
          title,
          caption,
          Axis.linear("step", ""),
          Axis.linear(title.toLowerCase(Locale.ROOT), ""),
          1,
          List.of(
              new Panel(
                  "", List.of(new Series("reference", x, a), new Series("candidate", x, b)))));
    }

    @Override
    public void stepBegins(long step, String side) {
      next.stepBegins(step, side);
    }

    @Override
    public void stepEnds(long step, String side) {
      next.stepEnds(step, side);
    }

    @Override
    public void stepTaken(long step, long steps, double referenceLoss, double candidateLoss) {
      next.stepTaken(step, steps, referenceLoss, candidateLoss);
      synchronized (LivePage.this) {
        latest =
            "Step %s of %s, loss %s on the reference's side, %s on the candidate's."
                .formatted(
                    Numbers.count(step),
                    Numbers.count(steps),
                    Numbers.rounded(referenceLoss),
                    Numbers.rounded(candidateLoss));
        if (step % stride == 0) {
          losses.put(step, new double[] {referenceLoss, candidateLoss});
        }
        if (losses.size() > POINTS) {
          stride *= 2;
          losses.keySet().removeIf(old -> old % stride != 0);
        }
      }
      server.changed();
    }

    @Override
    public void evaluated(Curves.AccuracyPoint point, long steps) {
      next.evaluated(point, steps);
      synchronized (LivePage.this) {
        accuracies.add(point);
      }
      server.changed();
    }

    @Override
    public void steppedAlone(long step, long steps, double loss) {
      next.steppedAlone(step, steps, loss);
      synchronized (LivePage.this) {
        latest =
            "Step %s of %s, the reference alone, loss %s."
                .formatted(Numbers.count(step), Numbers.count(steps), Numbers.rounded(loss));
      }
      server.changed();
    }

    @Override
    public void evaluatedAlone(Solo.Point point, long steps) {
      next.evaluatedAlone(point, steps);
    }

    @Override
    public void explaining() {
      next.explaining();
      synchronized (LivePage.this) {
        latest = "Looking for what explains the difference.";
      }
      server.changed();
    }
  }
}
