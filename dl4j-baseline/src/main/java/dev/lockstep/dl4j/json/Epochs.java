package dev.lockstep.dl4j.json;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * The epochs of a training. DL4J's schedules may count them; here every step is told its own
 * settings, so a schedule by epoch becomes one by step, with the values that DL4J gives it.
 *
 * @param steps of an epoch; 0: not known, and schedules by epoch stay
 * @param count how many epochs are begun
 */
public record Epochs(long steps, long count) {

  /** Not known. */
  public static final Epochs UNKNOWN = new Epochs(0, 0);

  private static final String TYPE = "scheduleType";

  /**
   * Replaces every schedule by epoch within a tree.
   *
   * @param checked names no class but those that are known
   */
  public void toSteps(JsonNode checked) {
    if (steps == 0) {
      return;
    }
    if (checked instanceof ObjectNode object) {
      object.fields().forEachRemaining(field -> field.setValue(bySteps(field.getValue())));
    } else if (checked instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, bySteps(array.get(i)));
      }
    }
  }

  private JsonNode bySteps(JsonNode node) {
    if (!node.path(TYPE).asText().equals(ScheduleType.EPOCH.name())) {
      toSteps(node);
      return node;
    }
    try {
      ISchedule schedule =
          NeuralNetConfiguration.mapper().treeToValue(node, ISchedule.class).clone();
      MapSchedule.Builder map = new MapSchedule.Builder(ScheduleType.ITERATION);
      double last = Double.NaN;
      for (int epoch = 0; epoch < count; epoch++) {
        double value = schedule.valueAt(Math.toIntExact(epoch * steps), epoch);
        if (value != last) {
          map.add(Math.toIntExact(epoch * steps), value);
        }
        last = value;
      }
      return NeuralNetConfiguration.mapper().valueToTree(map.build());
    } catch (JsonProcessingException e) {
      return node; // which its reader refuses
    }
  }
}
