package dev.lockstep.experiments.faults.detection;

import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.wording.TypeNames;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.injection.Edits;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.Tampering;
import dev.lockstep.experiments.faults.seeded.FaultyProvider;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Multiplies one tensor after another by almost 1 and looks at the first step. */
final class SmallestFaults {

  /** A tensor that is not this many floors large is rounding itself: no factor makes it wrong. */
  private static final double MORE_THAN_ROUNDING = 1e6;

  /** Exponents of ten: where looking begins in double and in float, and the largest factor, 2. */
  private static final int BEGIN_DOUBLE = -12;

  private static final int BEGIN_FLOAT = -4;
  private static final int SMALLEST = -15;

  private static final long SEED = 1;

  private final Trainings trainings;

  SmallestFaults(Trainings trainings) {
    this.trainings = trainings;
  }

  /** A tensor of a network. */
  record Place(BaseNetwork base, ExpectedTensor tensor) {

    Kind kind() {
      Phase phase = tensor.key().phase();
      String path = tensor.key().path();
      String last = path.substring(path.lastIndexOf('/') + 1);
      if (phase == Phase.UPDATE && !base.network().statistics().containsKey(path)) {
        String optimizer = TypeNames.of(base.network().optimizer());
        return new Kind(phase, optimizer.toLowerCase(Locale.ROOT), last);
      }
      return new Kind(phase, part(base.network(), tensor.layer()), last);
    }
  }

  /** Which tensors stand in one row of the table. */
  record Kind(Phase phase, String part, String tensor) {}

  /** Returns all tensors that steps of the networks show, by their kinds. */
  static Map<Kind, List<Place>> places(List<BaseNetwork> networks) {
    return networks.stream()
        .flatMap(
            base ->
                ExpectedTensor.of(base.network()).stream().map(tensor -> new Place(base, tensor)))
        .sorted(
            Comparator.comparing((Place place) -> place.kind().phase())
                .thenComparing(place -> place.kind().part())
                .thenComparing(place -> place.kind().tensor()))
        .collect(
            Collectors.groupingBy(
                Place::kind, LinkedHashMap::new, Collectors.toUnmodifiableList()));
  }

  private static String part(NetworkSpec network, String layer) {
    for (LayerSpec spec : network.allLayers()) {
      if (spec.name().equals(layer)) {
        return spec instanceof LayerSpec.Activation activation
            ? activation.function().id()
            : inWords(spec);
      }
    }
    return layer.equals(ExpectedTensor.LOSS_LAYER) ? network.loss().type().id() : layer;
  }

  /** Returns a layer's name in words, as tables have it. */
  private static String inWords(LayerSpec layer) {
    return TypeNames.of(layer).replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }

  /** Measures every kind of tensor of the networks. */
  List<SmallestFault> measure(List<BaseNetwork> networks) {
    Set<Place> telling = telling(networks);
    return places(networks).entrySet().parallelStream()
        .map(
            kind -> {
              List<Place> told = kind.getValue().stream().filter(telling::contains).toList();
              return new SmallestFault(
                  kind.getKey().phase(),
                  kind.getKey().part(),
                  kind.getKey().tensor(),
                  told.size(),
                  kind.getValue().size() - told.size(),
                  told.stream().mapToDouble(p -> smallest(p, false)).max().orElse(0),
                  told.stream().mapToDouble(p -> smallest(p, true)).max().orElse(0));
            })
        .toList();
  }

  /** Returns the smallest power of ten by which an error in a tensor is found. */
  double smallest(Place place, boolean inFloat) {
    int exponent = inFloat ? BEGIN_FLOAT : BEGIN_DOUBLE;
    if (found(place, exponent, inFloat)) {
      while (exponent > SMALLEST && found(place, exponent - 1, inFloat)) {
        exponent--;
      }
      return power(exponent);
    }
    while (exponent < 0) {
      exponent++;
      if (found(place, exponent, inFloat)) {
        return power(exponent);
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  private static double power(int exponent) {
    return Double.parseDouble("1e" + exponent);
  }

  /** Returns whether an error of a power of ten in a tensor is found, and found there. */
  boolean found(Place place, int exponent, boolean inFloat) {
    TensorKey key = place.tensor().key();
    double factor = 1 + power(exponent);
    Injection scaled =
        key.equals(ExpectedTensor.PREDICTION)
            ? Injection.tampering(
                Tampering.answers(
                    answers -> {
                      Edits.scale(answers, factor);
                      return answers;
                    }))
            : Injection.edit(Tampering.at(key.phase(), key.path()), Edits.times(factor));
    FaultyProvider faulty =
        new FaultyProvider(trainings.scratch(), "a scaled " + key.path(), scaled);
    Outcome outcome = trainings.compareFirstStep(place.base(), faulty, SEED, inFloat);
    FirstDivergence divergence = outcome.firstDivergence();
    return divergence != null
        && divergence.phase() == key.phase()
        && divergence.tensor().equals(key.path());
  }

  /** Returns the tensors that are more than rounding. */
  Set<Place> telling(List<BaseNetwork> networks) {
    return networks.parallelStream()
        .flatMap(
            base -> {
              Set<TensorKey> keys = moreThanRounding(base);
              return ExpectedTensor.of(base.network()).stream()
                  .filter(tensor -> keys.contains(tensor.key()))
                  .map(tensor -> new Place(base, tensor));
            })
        .collect(Collectors.toUnmodifiableSet());
  }

  private Set<TensorKey> moreThanRounding(BaseNetwork base) {
    return trainings.compareFirstStep(base, trainings.scratch(), SEED, false).readings().stream()
        .filter(reading -> reading.reading() == Reading.SINGLE_STEP)
        .filter(reading -> reading.magnitude() > MORE_THAN_ROUNDING * reading.floor())
        .map(SmallestFaults::key)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static TensorKey key(TensorReading reading) {
    return new TensorKey(reading.phase(), reading.tensor());
  }
}
