package dev.lockstep.experiments.search.strategy;

import dev.lockstep.core.plan.RandomStreams;
import dev.lockstep.experiments.search.space.Range;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.math3.random.JDKRandomGenerator;
import org.apache.commons.math3.random.RandomGenerator;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.generator.GeneticSearchCandidateGenerator;
import org.deeplearning4j.arbiter.optimize.generator.GridSearchCandidateGenerator;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.deeplearning4j.arbiter.optimize.generator.genetic.crossover.SinglePointCrossover;
import org.deeplearning4j.arbiter.optimize.generator.genetic.crossover.parentselection.RandomTwoParentSelection;
import org.deeplearning4j.arbiter.optimize.generator.genetic.mutation.RandomMutationOperator;
import org.deeplearning4j.arbiter.optimize.generator.genetic.population.PopulationModel;
import org.deeplearning4j.arbiter.optimize.generator.genetic.selection.GeneticSelectionOperator;

/** How candidates are chosen. */
public enum Strategy {
  /** Independently of each other: Arbiter's. */
  RANDOM,
  /** Every combination of evenly spaced values, in order: Arbiter's. */
  GRID,
  /** Crossing and changing the best so far: Arbiter's. */
  GENETIC,
  /** At random, then in the ranges that the best span, and so on: the book's, chapter 6. */
  NARROW;

  /** Candidates are chosen in blocks of this size, each knowing what all blocks before it gave. */
  public static final int BLOCK = 20;

  /** Into how many values a grid divides a continuous range, and a longer one of whole numbers. */
  private static final int GRID_POINTS = 5;

  /** Arbiter's own, 0.005, changes one of two genes in a hundred candidates. */
  private static final double MUTATION_RATE = 0.15;

  /** Returns the name used on the command line. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As the command line's help and completion show it. */
  @Override
  public String toString() {
    return id();
  }

  /**
   * Returns candidates that are the same for the same ranges, seed and results. Their values are
   * maps from key to value.
   */
  public CandidateGenerator generator(Map<String, Range> ranges, long seed) {
    CandidateSpace space = new CandidateSpace(ranges);
    if (space.numParameters() == 0) {
      // One candidate: a strategy that looks for another would never end.
      return grid(space);
    }
    RandomStreams streams = new RandomStreams(seed);
    return switch (this) {
      case RANDOM -> {
        RandomSearchGenerator generator = new RandomSearchGenerator(space);
        generator.setRngSeed(seedOf(streams, "random"));
        yield generator;
      }
      case GRID -> grid(space);
      case GENETIC -> genetic(space, streams);
      case NARROW -> new NarrowGenerator(space, seedOf(streams, "narrow"));
    };
  }

  private static CandidateGenerator grid(CandidateSpace space) {
    return new GridSearchCandidateGenerator(
        space, GRID_POINTS, GridSearchCandidateGenerator.Mode.Sequential, null);
  }

  /** A block is a generation. Arbiter seeds none of these operators itself. */
  private static CandidateGenerator genetic(CandidateSpace space, RandomStreams streams) {
    return new GeneticSearchCandidateGenerator.Builder(space, new ValidationAccuracy())
        .populationModel(new PopulationModel.Builder().populationSize(BLOCK).build())
        .selectionOperator(
            new GeneticSelectionOperator.Builder()
                .randomGenerator(generator(streams, "genetic/first"))
                .mutationOperator(
                    new RandomMutationOperator.Builder()
                        .mutationRate(MUTATION_RATE)
                        .randomGenerator(generator(streams, "genetic/mutation"))
                        .build())
                .crossoverOperator(
                    new SinglePointCrossover.Builder()
                        .parentSelection(
                            new RandomTwoParentSelection(generator(streams, "genetic/parents")))
                        .randomGenerator(generator(streams, "genetic/crossover"))
                        .build())
                .build())
        .build();
  }

  private static RandomGenerator generator(RandomStreams streams, String name) {
    RandomGenerator generator = new JDKRandomGenerator();
    generator.setSeed(seedOf(streams, name));
    return generator;
  }

  private static long seedOf(RandomStreams streams, String name) {
    return streams.stream("search/" + name, 0).nextLong();
  }
}
