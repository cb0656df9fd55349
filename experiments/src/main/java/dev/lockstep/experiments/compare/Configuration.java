package dev.lockstep.experiments.compare;

import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.network.Adjustments;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.plan.Augmentation;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.Setting;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.core.wording.TypeNames;
import dev.lockstep.dl4j.ledger.Convention;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.TreeSet;

/** What a run was set to, line by line, as each side has it. */
public final class Configuration {

  private final List<Setting> settings = new ArrayList<>();

  private Configuration() {}

  public static List<Setting> of(Experiment experiment, CompareSettings asked) {
    Configuration configuration = new Configuration();
    NetworkSpec network = experiment.network();
    configuration.both("input", network.input());
    for (LayerSpec layer : network.allLayers()) {
      configuration.both(layer.name(), describe(layer));
    }
    configuration.both("parameters", Numbers.count(numbers(network)));
    configuration.both("loss", network.loss().type().id());
    if (network.loss().stabilizer() != 0) {
      configuration.both("loss.stabilizer", network.loss().stabilizer());
    }
    configuration.both("weightDecay", network.weightDecay());
    configuration.adjustments(network.adjustments());
    configuration.optimizer(network.optimizer());
    TrainingSpec training = experiment.training();
    configuration.both("training.batchSize", training.batchSize());
    configuration.both("training.order", training.order().id());
    configuration.both("training.length", length(training.length()));
    if (!training.augmentation().equals(Augmentation.NONE)) {
      configuration.both("training.augmentation", describe(training.augmentation()));
    }
    configuration.settings.add(
        new Setting("precision", "double", asked.precision().name().toLowerCase(Locale.ROOT)));
    configuration.settings.add(new Setting("formulas", "the book's", asked.alignment().formulas()));
    configuration.settings.add(
        new Setting("draws", "the plan's", asked.ownDraws() ? "DL4J's own" : "the plan's"));
    for (Convention convention : new TreeSet<>(asked.conventions())) {
      if (convention.appliesTo(network)) {
        configuration.settings.add(
            new Setting(convention.id(), convention.book(), convention.dl4j()));
      }
    }
    return configuration.settings;
  }

  /** Returns {@code 300 steps} or {@code 5 epochs}. */
  public static String length(TrainingSpec.Length length) {
    return length instanceof TrainingSpec.Length.Steps steps
        ? Numbers.counted(steps.steps(), "step")
        : Numbers.counted(((TrainingSpec.Length.Epochs) length).epochs(), "epoch");
  }

  /** How many numbers training sets. */
  private static long numbers(NetworkSpec network) {
    return network.parameters().stream().mapToLong(p -> p.shape().size()).sum();
  }

  private void adjustments(Adjustments adjustments) {
    if (adjustments.l1() != 0) {
      both("l1", adjustments.l1());
    }
    if (!adjustments.clipping().equals(Adjustments.NONE.clipping())) {
      both("clipping", describe(adjustments.clipping()));
    }
    if (adjustments.biasRate() != 1) {
      both("biasRate", adjustments.biasRate());
    }
  }

  private void optimizer(OptimizerSpec optimizer) {
    both("optimizer", TypeNames.of(optimizer));
    for (RecordComponent component : optimizer.getClass().getRecordComponents()) {
      Object value = value(component, optimizer);
      if (value instanceof LearningRate rate) {
        both("optimizer.learningRate", rate.initial());
        if (!(rate.decay() instanceof LearningRate.Decay.None)) {
          both("optimizer.decayed", describe(rate.decay()));
        }
      } else {
        both("optimizer." + component.getName(), value);
      }
    }
  }

  private void both(String key, Object value) {
    settings.add(new Setting(key, written(value), written(value)));
  }

  private static String written(Object value) {
    return value instanceof Double number ? Numbers.exact(number) : value.toString();
  }

  private static String describe(LayerSpec layer) {
    return layer instanceof LayerSpec.Branches branches
        ? "branches joined by " + branches.join().name().toLowerCase(Locale.ROOT)
        : describe((Object) layer);
  }

  /**
   * Writes a record as {@code affine, units 100, initial he}, without the name it is listed under.
   */
  private static String describe(Object specification) {
    return String.join(", ", words(specification));
  }

  private static List<String> words(Object specification) {
    Record record = (Record) specification;
    List<String> words = new ArrayList<>(List.of(TypeNames.of(record)));
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = value(component, record);
      if (!component.getName().equals("name") && !value.equals(LayerSpec.BIAS)) {
        words.add(component.getName() + " " + word(value));
      }
    }
    return words;
  }

  private static String word(Object value) {
    if (value instanceof Window window && window.isPlain()) {
      return "window (height %d, width %d, stride %d, pad %d)"
          .formatted(window.height(), window.width(), window.stride(), window.pad());
    }
    if (value instanceof OptionalDouble bias) {
      return bias.isEmpty() ? "none" : Numbers.exact(bias.getAsDouble());
    }
    if (value instanceof Record record) {
      List<String> words = words(record);
      return words.size() == 1
          ? words.get(0)
          : words.get(0) + " (" + String.join(", ", words.subList(1, words.size())) + ")";
    }
    if (value instanceof Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
    return written(value);
  }

  private static Object value(RecordComponent component, Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("a specification that cannot be read: " + record, e);
    }
  }
}
