package dev.lockstep.experiments.schema;

import dev.lockstep.core.experiment.ExperimentForms;
import dev.lockstep.core.yaml.Form;
import dev.lockstep.core.yaml.YamlValue;
import dev.lockstep.experiments.figures.DrawingComparer;
import dev.lockstep.experiments.search.space.Spaces;
import java.util.List;

/** Writes docs/experiment-file.md from the forms of experiment files and searches. */
final class FilePage {

  private final StringBuilder page = new StringBuilder();

  private FilePage() {}

  static String text() {
    FilePage page = new FilePage();
    page.write();
    return page.page.toString();
  }

  private void write() {
    page.append(
        """
        # What may stand in an experiment file

        <!-- Written from what the parser asks for: change the parser or its forms.yaml, not this page. -->

        Every key, what it may hold, and what holds without it. A key that is not here is refused, with the line it stands on.
        [experiment.schema.json](experiment.schema.json) says the same to editors: where a file begins with this line, it is completed and
        checked as it is written in VS Code (with the YAML extension) and in IntelliJ.

        ```yaml
        # yaml-language-server: $schema=docs/experiment.schema.json
        ```

        The path is seen from the file; an address does as well. The formulas of all parts, and what Deeplearning4j calls them, stand in [parts.md](parts.md). On a command line every value is `key=value` with dots, and a layer goes by its name:
        `optimizer.learningRate=0.05`, `layers.affine1.units=50`.

        """);
    List<Form> forms = ExperimentForms.all();
    one(forms, "experiment", "The file");
    one(forms, "training", "`training`");
    one(forms, "augmentation", "`training.augmentation`");
    many(
        forms,
        ExperimentForms.LAYER,
        "Layers",
        "Each is a name, `- relu`, or a name with its settings, `- affine: {units: 100}`. All but `repeat` also take `name`, a name of their own in place of type and number.");
    many(forms, ExperimentForms.LOSS, "Losses", "`loss: meanSquared`, or a mapping.");
    many(
        forms,
        ExperimentForms.OPTIMIZER,
        "Optimizers",
        "`g` is the gradient, `lr` the rate of the step, `t` counts steps from 1.");
    many(
        forms,
        ExperimentForms.DECAY,
        "`optimizer.decayed`",
        "How the learning rate falls; `t` counts the steps already taken.");
    one(forms, "data", "`data`");
    one(forms, "split", "`data.split`");
    one(forms, "tolerance", "`tolerance`");
    many(
        DrawingComparer.forms(),
        "figure.",
        "A figure in place of a network",
        "A file with the key `figure` computes one of the book's figures on both sides.");
    page.append("## A search\n\n")
        .append("A file for `./lockstep search`, with [space.schema.json](space.schema.json).\n\n");
    table(Spaces.forms().get(0));
  }

  private void one(List<Form> forms, String id, String title) {
    page.append("## ").append(title).append("\n\n");
    table(forms.stream().filter(form -> form.id().equals(id)).findFirst().orElseThrow());
  }

  private void table(Form form) {
    page.append(form.means()).append("\n\n```yaml\n");
    form.example()
        .values()
        .forEach((key, value) -> page.append(key).append(": ").append(value.flow()).append('\n'));
    page.append("```\n\n| key | | may hold | without it |\n|---|---|---|---|\n");
    form.entries().forEach(entry -> row(entry.key().name(), entry));
    page.append('\n');
  }

  private void many(List<Form> forms, String prefix, String title, String says) {
    page.append("## ").append(title).append("\n\n").append(says).append("\n\n");
    page.append("| | computes, or means | may hold | without it |\n|---|---|---|---|\n");
    for (Form form : forms) {
      if (form.id().startsWith(prefix)) {
        String name = form.id().substring(prefix.length());
        page.append("| **").append(name).append("** | ").append(cell(form.means()));
        page.append(" | `").append(example(prefix, name, form.example())).append("` | |\n");
        form.entries().stream()
            .filter(entry -> !entry.key().choices().contains(name) && !isName(prefix, entry))
            .forEach(entry -> row(entry.key().name(), entry));
      }
    }
    page.append('\n');
  }

  private static boolean isName(String prefix, Form.Entry entry) {
    return prefix.equals(ExperimentForms.LAYER) && entry.key().name().equals("name");
  }

  private static String example(String prefix, String name, YamlValue.Mapping example) {
    if (!prefix.equals(ExperimentForms.LAYER)) {
      return example.flow();
    }
    return example.values().isEmpty() ? name : name + ": " + example.flow();
  }

  private void row(String name, Form.Entry entry) {
    page.append(
        "| `%s` | %s | %s | %s |%n"
            .formatted(name, cell(entry.means()), cell(entry.values()), cell(entry.without()))
            .replace(System.lineSeparator(), "\n"));
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
