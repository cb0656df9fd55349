package dev.lockstep.core.experiment;

import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.Form;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Everything that may stand in an experiment file, found out from what reads it. */
public final class ExperimentForms {

  /** In front of the forms of layers. */
  public static final String LAYER = "layers.";

  /** In front of the forms of losses. */
  public static final String LOSS = "loss.";

  /** In front of the forms of optimizers. */
  public static final String OPTIMIZER = "optimizer.";

  /** In front of the ways in which a learning rate falls. */
  public static final String DECAY = "decayed.";

  private ExperimentForms() {}

  /** Returns all of them: the file first, then each mapping within it. */
  public static List<Form> all() {
    Map<String, Consumer<Fields>> readers = new LinkedHashMap<>();
    Path here = Path.of("");
    readers.put("experiment", fields -> ExperimentFile.read(fields, "example", List.of(), here));
    readers.put("training", ExperimentFile::training);
    readers.put("augmentation", ExperimentFile::augmentation);
    readers.put("data", fields -> ExperimentFile.data(fields, here));
    readers.put("split", DataReader::division);
    readers.put("tolerance", ExperimentFile::tolerance);
    readers.put("clipping", NetworkReader::clipping);
    for (LossSpec.Type type : LossSpec.Type.known()) {
      readers.put(LOSS + type.id(), NetworkReader::fullLoss);
    }
    for (String type : LayerReader.typeNames()) {
      readers.put(LAYER + type, fields -> LayerReader.read(type, fields));
    }
    readers.put(LAYER + LayerReader.REPEAT, fields -> LayerReader.read(LayerReader.REPEAT, fields));
    for (String type : NetworkReader.optimizerNames()) {
      readers.put(OPTIMIZER + type, NetworkReader::optimizer);
    }
    for (String type : NetworkReader.decayNames()) {
      readers.put(DECAY + type, NetworkReader::decay);
    }
    return Form.all(ExperimentForms.class, readers);
  }
}
