package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.tiny.TinyRun;
import dev.lockstep.core.tiny.Wrapped;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Candidates that compute rightly and say something else, or do it only while somebody looks. */
class LiarTest {

  private static final long[] EVERY = {Cadence.SPARSER, 0, 1, 6, 50};
  private static final long STEPS = 50;

  private enum Liar {
    STATE_OF_ZEROS {
      @Override
      Model of(Model model) {
        return showing(model, (kept, path) -> Tensor.zeros(kept.shape()));
      }
    },
    STATE_OF_AN_EARLIER_STEP {
      @Override
      Model of(Model model) {
        Deque<ModelState> states = new ArrayDeque<>();
        return new WrappedModel(model) {
          @Override
          public double step(Batch batch, Masks masks, Observer observer) {
            states.addLast(super.state().copy());
            if (states.size() > 3) {
              states.removeFirst();
            }
            return super.step(batch, masks, observer);
          }

          @Override
          public void restore(ModelState state) {
            states.clear();
            super.restore(state);
          }

          @Override
          public ModelState state() {
            return states.isEmpty() ? super.state() : states.getFirst();
          }
        };
      }
    },
    RESTORES_ONCE {
      @Override
      Model of(Model model) {
        return new WrappedModel(model) {
          private boolean restored;

          @Override
          public void restore(ModelState state) {
            if (!restored) {
              super.restore(state);
            }
            restored = true;
          }
        };
      }
    },
    RESTORES_NO_VELOCITY {
      @Override
      Model of(Model model) {
        return new WrappedModel(model) {
          @Override
          public void restore(ModelState state) {
            super.restore(
                changed(
                    state,
                    (kept, path) ->
                        path.endsWith("/velocity") ? Tensor.zeros(kept.shape()) : kept));
          }
        };
      }
    },
    SHOWS_A_VELOCITY_THAT_NO_STEP_READS {
      @Override
      Model of(Model model) {
        return new WrappedModel(model) {
          private final Map<String, Tensor> hidden = new LinkedHashMap<>();

          @Override
          public double step(Batch batch, Masks masks, Observer observer) {
            super.restore(changed(super.state(), (kept, path) -> hidden.getOrDefault(path, kept)));
            double loss = super.step(batch, masks, observer);
            super.state()
                .tensors()
                .forEach(
                    (path, tensor) -> {
                      if (path.endsWith("/velocity")) {
                        hidden.put(path, tensor.copy());
                      }
                    });
            return loss;
          }
        };
      }
    },
    PREDICTS_WRONGLY_IN_LARGER_BATCHES {
      @Override
      Model of(Model model) {
        return new WrappedModel(model) {
          @Override
          public Tensor predict(Tensor inputs) {
            Tensor right = super.predict(inputs).copy();
            if (inputs.shape().length(0) > TinyRun.BATCH) {
              right.data()[right.size() - 1] += 1;
            }
            return right;
          }
        };
      }
    },
    PREDICTS_AND_MOVES {
      @Override
      Model of(Model model) {
        return new WrappedModel(model) {
          @Override
          public Tensor predict(Tensor inputs) {
            Tensor right = super.predict(inputs);
            restore(
                changed(state(), (kept, path) -> path.equals("affine2/b") ? moved(kept) : kept));
            return right;
          }
        };
      }
    },
    RETURNS_ANOTHER_LOSS {
      @Override
      Model of(Model model) {
        return new WrappedModel(model) {
          @Override
          public double step(Batch batch, Masks masks, Observer observer) {
            super.step(batch, masks, observer);
            return 0;
          }
        };
      }
    },
    COUNTS_A_STEP_TOO_MANY {
      @Override
      Model of(Model model) {
        return new WrappedModel(model) {
          @Override
          public ModelState state() {
            ModelState right = super.state();
            return new ModelState(right.step() + (right.step() > 0 ? 1 : 0), right.tensors());
          }
        };
      }
    },
    COUNTS_NO_STEP {
      @Override
      Model of(Model model) {
        return new WrappedModel(model) {
          @Override
          public ModelState state() {
            return new ModelState(0, super.state().tensors());
          }
        };
      }
    },
    RETURNS_ANOTHER_LOSS_WHEN_NOT_OBSERVED {
      @Override
      Model of(Model model) {
        return new WrappedModel(model) {
          @Override
          public double step(Batch batch, Masks masks, Observer observer) {
            double loss = super.step(batch, masks, observer);
            return observer.watches() ? loss : 0;
          }
        };
      }
    },
    TRAINS_ONLY_WHEN_OBSERVED {
      @Override
      Model of(Model model) {
        return new WrappedModel(model) {
          private double last = 1;

          @Override
          public double step(Batch batch, Masks masks, Observer observer) {
            last = observer.watches() ? super.step(batch, masks, observer) : last;
            return last;
          }
        };
      }
    },
    DOUBLES_A_PARAMETER_ONCE_WHEN_NOT_OBSERVED {
      @Override
      Model of(Model model) {
        return new WrappedModel(model) {
          @Override
          public double step(Batch batch, Masks masks, Observer observer) {
            double loss = super.step(batch, masks, observer);
            if (batch.step() == 27 && !observer.watches()) {
              restore(
                  changed(
                      state(), (kept, path) -> path.equals("affine1/W") ? doubled(kept) : kept));
            }
            return loss;
          }
        };
      }
    };

    abstract Model of(Model model);

    /** Returns whether it does wrong at all: some do so only where nobody looks, or restores. */
    boolean doesWrong(long every) {
      return switch (this) {
        case RESTORES_ONCE, RESTORES_NO_VELOCITY, SHOWS_A_VELOCITY_THAT_NO_STEP_READS -> every != 0;
        case TRAINS_ONLY_WHEN_OBSERVED,
            DOUBLES_A_PARAMETER_ONCE_WHEN_NOT_OBSERVED,
            RETURNS_ANOTHER_LOSS_WHEN_NOT_OBSERVED ->
            every != 1;
        default -> true;
      };
    }

    private static Model showing(Model model, BiFunction<Tensor, String, Tensor> change) {
      return new WrappedModel(model) {
        @Override
        public ModelState state() {
          return changed(super.state(), change);
        }
      };
    }

    private static ModelState changed(ModelState state, BiFunction<Tensor, String, Tensor> change) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      state.tensors().forEach((path, tensor) -> tensors.put(path, change.apply(tensor, path)));
      return new ModelState(state.step(), tensors);
    }

    private static Tensor moved(Tensor tensor) {
      Tensor moved = tensor.copy();
      moved.data()[0] += 1e-3;
      return moved;
    }

    private static Tensor doubled(Tensor tensor) {
      Tensor doubled = tensor.copy();
      for (int i = 0; i < doubled.size(); i++) {
        doubled.data()[i] *= 2;
      }
      return doubled;
    }
  }

  static Stream<Arguments> liars() {
    return Arrays.stream(Liar.values())
        .flatMap(
            liar ->
                Arrays.stream(EVERY)
                    .filter(liar::doesWrong)
                    .mapToObj(every -> Arguments.of(liar, every)));
  }

  @ParameterizedTest
  @MethodSource("liars")
  void isToldToDiffer(Liar liar, long every) {
    Outcome outcome =
        TinyRun.against(Wrapped.provider(liar::of)).observeEvery(every).steps(STEPS).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    if (liar == Liar.PREDICTS_AND_MOVES && every != 0) {
      assertThat(TinyRun.failure(outcome).message())
          .startsWith(
              "step 1: the candidate's predict changed its state: after it, state() has affine2/b");
    }
  }

  /** A state that training goes on from counts the steps before it. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3})
  void stepsTakenBeforeTheRunAreNoLie(long every) {
    Outcome outcome =
        TinyRun.selfComparison().startingAfter(7).observeEvery(every).steps(STEPS).run();
    assertThat(outcome.verdict()).as("%s", outcome.failure()).isEqualTo(Verdict.AGREE);
  }
}
