package dev.lockstep.experiments.search.strategy;

import dev.lockstep.experiments.search.space.Range;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;

/**
 * Ranges as one of Arbiter's parameter spaces, whose values are those of a candidate by key. A
 * range of one value is no parameter of it but a constant: Arbiter's grid fails on such parameters.
 */
@SuppressWarnings("rawtypes") // Arbiter's interface
final class CandidateSpace implements ParameterSpace<Map<String, String>> {

  private final Map<String, Range> ranges;
  private final Map<String, ParameterSpace> leaves = new LinkedHashMap<>();

  CandidateSpace(Map<String, Range> ranges) {
    this.ranges = ranges;
    ranges.forEach(
        (key, range) -> {
          if (!range.isSingle()) {
            leaves.put(key, range.parameterSpace());
          }
        });
  }

  /**
   * @param positions one number from 0 to 1 for each range of more than one value
   * @return serializable, as Arbiter asks of its candidates
   */
  @Override
  public Map<String, String> getValue(double[] positions) {
    LinkedHashMap<String, String> values = new LinkedHashMap<>();
    ranges.forEach(
        (key, range) -> {
          ParameterSpace leaf = leaves.get(key);
          values.put(key, leaf == null ? range.first() : leaf.getValue(positions).toString());
        });
    return values;
  }

  @Override
  public int numParameters() {
    return leaves.size();
  }

  @Override
  public List<ParameterSpace> collectLeaves() {
    return new ArrayList<>(leaves.values());
  }

  @Override
  public Map<String, ParameterSpace> getNestedSpaces() {
    return new LinkedHashMap<>(leaves);
  }

  @Override
  public boolean isLeaf() {
    return false;
  }

  @Override
  public void setIndices(int... indices) {
    throw new UnsupportedOperationException("only leaves have indices");
  }
}
