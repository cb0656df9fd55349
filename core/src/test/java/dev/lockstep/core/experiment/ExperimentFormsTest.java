package dev.lockstep.core.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.yaml.Form;
import org.junit.jupiter.api.Test;

/** What is found out from the reader is what the records and the book say. */
class ExperimentFormsTest {

  private static Form.Entry entry(String form, String key) {
    return ExperimentForms.all().stream()
        .filter(f -> f.id().equals(form))
        .flatMap(f -> f.entries().stream())
        .filter(e -> e.key().name().equals(key))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void everyFormHasASentenceForEveryKeyAndNoOther() {
    assertThat(ExperimentForms.all()).hasSizeGreaterThan(40).allSatisfy(Form::entries);
  }

  @Test
  void defaultsAreTheBooks() {
    assertThat(entry("layers.batchNorm", "momentum").key().usual()).isEqualTo("0.9");
    assertThat(entry("optimizer.adam", "beta2").key().usual()).isEqualTo("0.999");
    assertThat(entry("optimizer.adaGrad", "epsilon").key().usual()).isEqualTo("1e-7");
    assertThat(entry("loss.sumOfSquares", "stabilizer").key().usual()).isEqualTo("0");
    assertThat(entry("layers.affine", "units").without()).isEqualTo("must be there");
  }

  @Test
  void rangesAreThoseOfTheRecords() {
    assertThat(entry("layers.dropout", "ratio").values())
        .isEqualTo("a number of at least 0 and below 1");
    assertThat(entry("layers.conv", "stride").values()).isEqualTo("a whole number of at least 1");
    assertThat(entry("experiment", "seed").values()).isEqualTo("a whole number");
  }
}
