package dev.lockstep.experiments.verify;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.wording.TypeNames;
import dev.lockstep.dl4j.model.OwnInitialValues;
import dev.lockstep.experiments.work.Cores;
import dev.lockstep.scratch.WeightInitialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

/** Draws a million of each initial value, on every side that draws for itself. */
final class InitialValuesVerifier {

  static final int DRAWS = 1_000_000;

  private static final long SEED = 1;

  private final Dataset digits;

  InitialValuesVerifier(Dataset digits) {
    this.digits = digits;
  }

  /**
   * Tests every distribution in every place, as every side draws it.
   *
   * @param chosen by title, such as {@code initial xavier, affine}
   */
  List<Draws> verify(Predicate<String> chosen, Cores cores) {
    List<Place> all = new ArrayList<>();
    for (InitialValues initial : Parts.initials()) {
      places(initial)
          .forEach(
              (place, network) -> {
                if (chosen.test("initial %s, %s".formatted(TypeNames.of(initial), place))) {
                  all.add(new Place(initial, place, network));
                }
              });
    }
    return cores.each(all, this::verify).stream().flatMap(List::stream).toList();
  }

  /** Where a distribution is drawn from. */
  private record Place(InitialValues initial, String name, NetworkSpec network) {}

  private List<Draws> verify(Place place) {
    NetworkSpec network = place.network();
    ParameterSpec weights = network.parameters().get(0);
    Map<String, Tensor> drawn = new LinkedHashMap<>();
    drawn.put("plan", plan(network).initialState().tensor(weights.path()));
    drawn.put(
        "scratch",
        WeightInitialization.initialState(network, new Random(SEED)).tensor(weights.path()));
    drawn.put("dl4j", OwnInitialValues.draw(weights, SEED));
    List<Draws> results = new ArrayList<>();
    drawn.forEach(
        (side, values) ->
            results.add(Draws.of(place.initial(), weights, place.name(), side, values)));
    return results;
  }

  private TrainingPlan plan(NetworkSpec network) {
    return new TrainingPlan(network, PartVerifier.TRAINING, digits.train(), SEED);
  }

  /** Inputs and outputs of a unit differ in number, so that no formula passes for another. */
  private static Map<String, NetworkSpec> places(InitialValues initial) {
    Map<String, NetworkSpec> places = new LinkedHashMap<>();
    places.put(
        "affine",
        Networks.network(Shape.of(500), new LayerSpec.Affine("affine1", DRAWS / 500, initial)));
    places.put(
        "conv",
        Networks.network(
            Shape.of(20, 10, 10),
            new LayerSpec.Convolution("conv1", DRAWS / 2000, 10, 10, 1, 0, initial)));
    return places;
  }
}
