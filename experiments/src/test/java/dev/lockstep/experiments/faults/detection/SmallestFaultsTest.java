package dev.lockstep.experiments.faults.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.sources.Datasets;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.experiments.catalogue.Catalogue;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.figures.DrawingComparer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How small an error in the bundled networks on true MNIST, with its black pixels, is found. */
class SmallestFaultsTest {

  private static final boolean WHOLE = Boolean.getBoolean("lockstep.smallest");

  /** The power of ten that is promised of every gradient, activation and slot. */
  private static final int PROMISED = -10;

  private static final int PIXELS = 784;

  static List<String> experiments() {
    return Catalogue.ids().stream().filter(id -> !networks(id).isEmpty()).toList();
  }

  private static List<BaseNetwork> networks(String id) {
    ExperimentFile file = Catalogue.find(id);
    List<Experiment> experiments =
        DrawingComparer.isDrawing(file) ? List.of() : file.experiments(Map.of());
    return experiments.stream()
        .map(experiment -> experiment.network())
        .filter(network -> network.input().size() == PIXELS)
        .distinct()
        .map(network -> new BaseNetwork(id, network))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("experiments")
  void anErrorOfOneInTenBillionInAnyTensorIsFoundInTheFirstStep(String id) {
    String directory = System.getenv("LOCKSTEP_DATA");
    assumeTrue(directory != null, "LOCKSTEP_DATA is not set: this needs true MNIST");
    assumeTrue(WHOLE, "takes minutes: with -Plong, or -Dlockstep.smallest=true");
    Dataset mnist = Datasets.readIdx(Path.of(Objects.requireNonNull(directory)));
    Trainings trainings =
        new Trainings(new SmallDigits(mnist.train().first(40), mnist.test().first(20)), 1);

    SmallestFaults faults = new SmallestFaults(trainings);

    assertThat(faults.telling(networks(id)))
        .isNotEmpty()
        .allSatisfy(place -> assertThat(faults.found(place, PROMISED, false)).isTrue());
  }
}
