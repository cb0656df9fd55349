package dev.lockstep.dl4j.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.InputException;
import dev.lockstep.core.tensor.Shape;
import java.util.concurrent.atomic.AtomicBoolean;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

class ClassAllowListTest {

  private static final AtomicBoolean MADE = new AtomicBoolean();

  /** What a mapper would make of a file that names it. */
  public static final class Canary extends LossMSE {

    private static final long serialVersionUID = 1L;

    public Canary() {
      MADE.set(true);
    }
  }

  private static final String LOSS = LossMSE.class.getName();

  private static String json() {
    return new NeuralNetConfiguration.Builder()
        .list()
        .layer(new DenseLayer.Builder().nIn(2).nOut(2).build())
        .layer(new LossLayer.Builder(new LossMSE()).build())
        .build()
        .toJson();
  }

  private static void assertRefused(String json) {
    MADE.set(false);
    assertThatThrownBy(() -> Dl4jConfiguration.parse(json, TrainedOn.samples(Shape.of(2))))
        .isInstanceOf(InputException.class);
    assertThat(MADE).isFalse();
  }

  @Test
  void dl4jsMapperMakesWhateverAFileNames() {
    MADE.set(false);
    MultiLayerConfiguration.fromJson(json().replace(LOSS, Canary.class.getName()));

    assertThat(MADE).isTrue();
  }

  @Test
  void aNameThatIsNotOnTheListNeverReachesTheMapper() {
    assertRefused(json().replace(LOSS, Canary.class.getName()));
  }

  @Test
  void aNameHiddenBehindASecondOneNeverReachesTheMapper() {
    String hidden = "\"%s\", \"@class\" : \"%s\"".formatted(Canary.class.getName(), LOSS);
    assertRefused(json().replace("\"" + LOSS + "\"", hidden));
  }

  @Test
  void anEscapedNameNeverReachesTheMapper() {
    assertRefused(
        json().replace(LOSS, Canary.class.getName()).replace("\"@class\"", "\"\\u0040class\""));
  }

  @Test
  void aDistributionIsNamedByItsType() {
    assertThatThrownBy(() -> ClassAllowList.DL4J.check("{\"distribution\":{\"type\":\"x.Evil\"}}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("x.Evil");
  }

  @Test
  void aNameThatIsNoTextIsRefused() {
    assertThatThrownBy(() -> ClassAllowList.DL4J.check("{\"@class\":[\"x\"]}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("@class");
  }

  @Test
  void whatIsNoJsonIsRefused() {
    assertRefused("no json");
    assertRefused("[]");
    assertRefused("");
  }

  @Test
  void whatWouldExhaustAMappersStackIsRefused() {
    int levels = 100_000;
    assertThatThrownBy(
            () ->
                ClassAllowList.DL4J.check(
                    "{\"a\":" + "[".repeat(levels) + "]".repeat(levels) + "}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("levels");
  }

  @Test
  void whatDl4jCannotReadIsRefused() {
    assertRefused("{}");
    assertRefused("{\"confs\": 3}");
  }
}
