package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.experiments.search.space.ExperimentSpace;
import dev.lockstep.experiments.search.strategy.InOrder.Proposal;
import dev.lockstep.experiments.search.trial.JsonFile;
import dev.lockstep.experiments.search.trial.Trainer;
import dev.lockstep.experiments.search.trial.Trial;
import dev.lockstep.experiments.work.Cluster;
import dev.lockstep.experiments.work.Parcel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trains one candidate of a search in another process than the one that chose it. */
public final class SearchWorker extends CommandWorker<SearchWorker.Unit> {

  private static final String TRIAL = "trial.json";

  public SearchWorker() {
    super(Unit.class);
  }

  /**
   * All that another process needs of a trial.
   *
   * @param arguments of the command line that say how it is trained
   * @param id of the search
   * @param experiment as it is named on a command line
   * @param file the experiment's
   * @param validation the share of the training images that scores are taken on
   * @param sha256 of the data set
   * @param number of the trial
   * @param values of the candidate, by key
   * @param earlier completed trials that this one may be given up against
   */
  record Unit(
      List<String> arguments,
      String id,
      String experiment,
      Description file,
      double validation,
      String sha256,
      int number,
      LinkedHashMap<String, String> values,
      List<Trial> earlier) {

    ExperimentSpace space() {
      return new ExperimentSpace(id, "", experiment, file.file(), validation, 1, Map.of());
    }
  }

  @Override
  byte[] carryOut(Unit unit, Cluster.Here here) {
    Trainer trainer = command(SearchCommand.class, unit.arguments(), here).trainer(unit);
    Trial trial = trainer.run(unit.number(), new Proposal(unit.values(), null), unit.earlier());
    return Parcel.of(Map.of(TRIAL, JsonFile.bytes(trial)));
  }

  /**
   * Returns what has trials carried out by a cluster.
   *
   * @param arguments of the command line that say how
   * @param here carries out what is none: a candidate that could not be made
   * @param sha256 of the data set
   */
  static Trainer on(
      Cluster cluster, List<String> arguments, ExperimentSpace space, String sha256, Trainer here) {
    return (number, proposal, earlier) -> {
      if (proposal.failure() != null) {
        return here.run(number, proposal, earlier);
      }
      Unit unit =
          new Unit(
              arguments,
              space.id(),
              space.experiment(),
              Description.of(space.file()),
              space.validation(),
              sha256,
              number,
              proposal.values(),
              earlier);
      List<byte[]> came = new ArrayList<>();
      cluster.carryOut(SearchWorker.class, List.of(text(unit)), (i, parcel) -> came.add(parcel));
      try {
        Map<String, byte[]> files = Parcel.open(came.get(0));
        return JsonFile.read(TRIAL, files.getOrDefault(TRIAL, new byte[0]), Trial.class);
      } catch (IOException e) {
        throw new InputException(
            "trial %d came back damaged: %s".formatted(number, Reasons.of(e)), e);
      }
    };
  }
}
