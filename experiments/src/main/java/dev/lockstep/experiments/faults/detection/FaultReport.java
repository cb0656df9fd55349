package dev.lockstep.experiments.faults.detection;

import dev.lockstep.core.result.Verdict;
import dev.lockstep.experiments.faults.seeded.Fault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What the comparison sees of the seeded faults, and what it sees where there is none.
 *
 * @param steps of every training
 * @param detections of every fault in every size, in the order of the list
 * @param smooth of every fault in its ordinary size, on images without equal pixels side by side
 * @param accuracyLimit by network: the difference in accuracy that seeds explain
 * @param smallest by kind of tensor
 * @param falseAlarms by candidate
 */
public record FaultReport(
    long steps,
    List<Detection> detections,
    List<Detection> smooth,
    Map<String, Double> accuracyLimit,
    List<SmallestFault> smallest,
    List<FalseAlarms> falseAlarms) {

  /** Returns what became of the faults at their ordinary size. */
  public List<Detection> ordinary() {
    return detections.stream()
        .filter(detection -> detection.size().scale() == Fault.Scale.ORDINARY)
        .toList();
  }

  /** Returns the detections of every fault, smallest size first. */
  public Map<Fault, List<Detection>> byFault() {
    Map<Fault, List<Detection>> byFault = new LinkedHashMap<>();
    for (Detection detection : detections) {
      byFault.computeIfAbsent(detection.fault(), fault -> new ArrayList<>()).add(detection);
    }
    return byFault;
  }

  /** Returns how many faults of ordinary size the comparison detects. */
  public long detected() {
    return count(Detection::detected);
  }

  /** Returns how many it locates in the right phase and layer. */
  public long located() {
    return count(Detection::located);
  }

  /** Returns of how many something is told of a cause. */
  public long told(Detection.Told told) {
    return count(detection -> detection.told() == told);
  }

  /** Returns the detections on smooth images, but for faults that change nothing there. */
  public List<Detection> smoothChanged() {
    return smooth.stream().filter(Detection::changes).toList();
  }

  /** Returns how many faults of ordinary size a detector alone would have missed. */
  public long missedBy(Detector detector) {
    return count(detection -> !detection.detectors().containsKey(detector));
  }

  private long count(Predicate<Detection> condition) {
    return ordinary().stream().filter(condition).count();
  }

  /**
   * Returns agreement if every fault of ordinary size is detected, none put down to a wrong cause,
   * and nothing else is taken for a fault.
   */
  public Verdict verdict() {
    return detected() == ordinary().size()
            && told(Detection.Told.WRONG) == 0
            && smoothChanged().stream().allMatch(Detection::detected)
            && falseAlarms.stream().allMatch(alarms -> alarms.alarms().isEmpty())
        ? Verdict.AGREE
        : Verdict.DIFFER;
  }
}
