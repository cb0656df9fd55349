package dev.lockstep.report;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Worst;
import dev.lockstep.report.summary.Summary;
import dev.lockstep.report.summary.Summary.Run;
import java.util.Map;

/**
 * One number a row, in the form of RFC 4180. Text that a spreadsheet would take for a formula has
 * an apostrophe before it.
 */
public final class CsvReport {

  private static final String HEADER =
      "run,seed,step,phase,layer,tensor,reading,statistic,value\r\n";

  private final StringBuilder csv = new StringBuilder(HEADER);
  private final String run;
  private final long seed;

  private CsvReport(String run, long seed) {
    this.run = text(run);
    this.seed = seed;
  }

  /** Returns every reading and every point of the learning curves. */
  static String write(RunResult result) {
    CsvReport report = new CsvReport(result.experiment().title(), result.experiment().seed());
    for (TensorReading reading : result.readings()) {
      report.reading(reading);
    }
    for (Curves.LossPoint point : result.curves().loss()) {
      report.curve(point.step(), "referenceLoss", point.reference());
      report.curve(point.step(), "candidateLoss", point.candidate());
    }
    for (Curves.AccuracyPoint point : result.curves().accuracy()) {
      report.curve(point.step(), "referenceTrainAccuracy", point.referenceTrain());
      report.curve(point.step(), "candidateTrainAccuracy", point.candidateTrain());
      report.curve(point.step(), "referenceTestAccuracy", point.referenceTest());
      report.curve(point.step(), "candidateTestAccuracy", point.candidateTest());
      report.curve(point.step(), "classifiedDifferently", point.classifiedDifferently());
    }
    return report.csv.toString();
  }

  /** Returns how every run ended; their readings are beside their own results. */
  static String write(Summary summary) {
    StringBuilder csv = new StringBuilder(HEADER);
    for (Run run : summary.runs()) {
      CsvReport report = new CsvReport(run.title(), run.seed());
      report.end(run);
      csv.append(report.csv, HEADER.length(), report.csv.length());
    }
    return csv.toString();
  }

  private void reading(TensorReading reading) {
    String where =
        "%d,%s,%s,%s,%s"
            .formatted(
                reading.step(),
                reading.phase().id(),
                text(reading.layer()),
                text(reading.tensor()),
                reading.reading().id());
    row(where, "maxAbs", reading.maxAbs());
    row(where, "maxRel", reading.maxRel());
    row(where, "floor", reading.floor());
    row(where, "errorOverFloor", reading.errorOverFloor());
    row(where, "magnitude", reading.magnitude());
  }

  private void curve(long step, String statistic, Number value) {
    row(step + ",,,,", statistic, value);
  }

  private void end(Run run) {
    for (Implementation side : run.implementations()) {
      row(",,,,", side.role() + "Loss", side.trainLoss());
      row(",,,,", side.role() + "TrainAccuracy", side.trainAccuracy());
      row(",,,,", side.role() + "TestAccuracy", side.testAccuracy());
    }
    for (Map.Entry<Phase, Worst> entry : run.worst().entrySet()) {
      Worst worst = entry.getValue();
      String where = "%d,%s,,%s,".formatted(worst.step(), entry.getKey().id(), text(worst.path()));
      row(where, "maxAbs", worst.maxAbs());
      row(where, "maxRel", worst.maxRel());
    }
  }

  private void row(String where, String statistic, Number value) {
    csv.append(run)
        .append(',')
        .append(seed)
        .append(',')
        .append(where)
        .append(',')
        .append(statistic)
        .append(',')
        .append(value)
        .append("\r\n");
  }

  /** Returns text as a cell. */
  public static String text(String text) {
    String cell = text.isEmpty() || "=+-@\t\r".indexOf(text.charAt(0)) < 0 ? text : "'" + text;
    boolean quoted = cell.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return quoted ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
  }
}
