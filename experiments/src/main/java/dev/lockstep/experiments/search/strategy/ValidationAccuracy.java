package dev.lockstep.experiments.search.strategy;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.deeplearning4j.arbiter.optimize.api.data.DataProvider;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;

/** Tells Arbiter that more is better; a trial comes with its score. */
@SuppressWarnings("deprecation") // Arbiter's interface
public final class ValidationAccuracy implements ScoreFunction {

  private static final long serialVersionUID = 1L;

  /** What a trial without a score counts as. */
  public static final double WORST = 0;

  @Override
  public boolean minimize() {
    return false;
  }

  @Override
  public double score(Object model, DataProvider data, Map<String, Object> parameters) {
    throw new UnsupportedOperationException("a trial comes with its score");
  }

  @Override
  public double score(Object model, Class<? extends DataSource> source, Properties properties) {
    throw new UnsupportedOperationException("a trial comes with its score");
  }

  @Override
  public List<Class<?>> getSupportedModelTypes() {
    return List.of(Object.class);
  }

  @Override
  public List<Class<?>> getSupportedDataTypes() {
    return List.of(Object.class);
  }
}
