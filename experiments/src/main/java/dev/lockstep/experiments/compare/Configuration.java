package dev.lockstep.experiments.compare;

import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.plan.Augmentation;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.Setting;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a run was set to, line by line, as each side has it. */
final class Configuration {

  private final List<Setting> settings = new ArrayList<>();

  private Configuration() {}

  static List<Setting> of(Experiment experiment, CompareSettings asked) {
    Configuration configuration = new Configuration();
    NetworkSpec network = experiment.network();
    configuration.both("input", network.input());
    for (LayerSpec layer : network.allLayers()) {
      configuration.both(layer.name(), describe(layer));
    }
    configuration.both("parameters", numbers(network));
    configuration.both("loss", describe(network.loss()));
    configuration.both("weightDecay", network.weightDecay());
    configuration.optimizer(network.optimizer());
    TrainingSpec training = experiment.training();
    configuration.both("training.batchSize", training.batchSize());
    configuration.both("training.order", training.order().id());
    configuration.both("training.length", describe(training.length()));
    if (!training.augmentation().equals(Augmentation.NONE)) {
      configuration.both("training.augmentation", describe(training.augmentation()));
    }
    configuration.settings.add(
        new Setting("precision", "double", asked.precision().name().toLowerCase(Locale.ROOT)));
    configuration.settings.add(new Setting("formulas", "the book's", asked.alignment().formulas()));
    configuration.settings.add(
        new Setting("draws", "the plan's", asked.ownDraws() ? "DL4J's own" : "the plan's"));
    return configuration.settings;
  }

  /** How many numbers training sets. */
  private static long numbers(NetworkSpec network) {
    return network.parameters().stream().mapToLong(p -> p.shape().size()).sum();
  }

  private void optimizer(OptimizerSpec optimizer) {
    both("optimizer", optimizer.getClass().getSimpleName());
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
    settings.add(new Setting(key, value.toString(), value.toString()));
  }

  private static String describe(LayerSpec layer) {
    return layer instanceof LayerSpec.Branches branches
        ? "branches joined by " + branches.join().name().toLowerCase(Locale.ROOT)
        : describe((Object) layer);
  }

  /**
   * Writes a record as {@code Affine units=100 initial=He}, without the name it is listed under.
   */
  private static String describe(Object specification) {
    Record record = (Record) specification;
    StringBuilder text = new StringBuilder(record.getClass().getSimpleName());
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      if (!component.getName().equals("name")) {
        Object value = value(component, record);
        text.append(' ')
            .append(component.getName())
            .append('=')
            .append(value instanceof Record inner ? describe(inner) : value);
      }
    }
    return text.toString();
  }

  private static Object value(RecordComponent component, Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("a specification that cannot be read: " + record, e);
    }
  }
}
