package dev.lockstep.experiments.figures;

import dev.lockstep.core.compare.judging.Classification;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.figures.RunFigures.Trained;
import dev.lockstep.scratch.ScratchProvider;
import dev.lockstep.scratch.book.deeplearning.HalfPrecision;
import dev.lockstep.scratch.book.deeplearning.HalfPrecisionBlas;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What half precision costs in accuracy (section 8.3.4). */
final class HalfPrecisionFigure {

  /** Rounding after every product and sum takes a hundred times the time of not doing so. */
  private static final int IMAGES = 500;

  private final NetworkSpec network;
  private final Split test;
  private final String whose;

  /**
   * @param whose parameters the sides answer with, one sentence
   */
  HalfPrecisionFigure(NetworkSpec network, Split test, String whose) {
    this.network = network;
    this.test = test.first(IMAGES);
    this.whose = whose;
  }

  Figure of(Trained reference, Trained candidate) {
    ModelProvider hardware = new ScratchProvider(HalfPrecisionBlas.instance());
    return new Figure.HeatMap(
        "half",
        "Accuracy in half precision",
        "On %d test images. Rounded: images and trained numbers are halves, each side computes as always (the book's way). In halves: every product and every sum is rounded as well, by the hand-written network. %s"
            .formatted(test.size(), whose),
        "computed",
        "parameters of",
        Figure.Axis.linear("accuracy", "share of images"),
        List.of("as trained", "rounded", "in halves"),
        List.of(reference.provider().name(), candidate.provider().name()),
        List.of(
            List.of(accuracy(reference), accuracy(candidate)),
            List.of(
                rounded(reference.provider(), reference.state()),
                rounded(candidate.provider(), candidate.state())),
            List.of(rounded(hardware, reference.state()), rounded(hardware, candidate.state()))));
  }

  private double accuracy(Trained trained) {
    return trained.answers(network, test).accuracy();
  }

  private double rounded(ModelProvider provider, ModelState state) {
    Map<String, Tensor> halves = new LinkedHashMap<>();
    state.tensors().forEach((path, x) -> halves.put(path, HalfPrecision.round(x)));
    try (Model model = provider.create(network)) {
      model.restore(new ModelState(state.step(), halves));
      return Classification.of(
              images -> model.predict(HalfPrecision.round(images)), test, network.input())
          .accuracy();
    }
  }
}
