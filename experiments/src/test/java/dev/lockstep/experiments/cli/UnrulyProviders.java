package dev.lockstep.experiments.cli;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.scratch.ScratchProvider;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Networks that do something to the process in their second step, or refuse to be built. */
public final class UnrulyProviders {

  private UnrulyProviders() {}

  /** Never ends its step. */
  public static final class Hangs extends Unruly {
    public Hangs() {
      super(
          "hangs",
          () -> {
            while (true) {
              try {
                TimeUnit.DAYS.sleep(1);
              } catch (InterruptedException e) {
                // goes on sleeping, as a loop of numbers would go on
              }
            }
          });
    }
  }

  /** Ends the process as if all were well. */
  public static final class Exits extends Unruly {
    public Exits() {
      super("exits", () -> System.exit(0));
    }
  }

  /** Sets the locale of the process to one that has digits of its own. */
  public static final class ChangesLocale extends Unruly {
    public ChangesLocale() {
      super("changes-locale", () -> Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab")));
    }
  }

  /** Implements nothing, and says so. */
  public static final class LacksLayers extends Unbuilt {
    public LacksLayers() {
      super("lacks-layers", () -> new UsageException("lacks-layers: has no affine layer"));
    }
  }

  /** Throws what it likes when it is to be built. */
  public static final class FailsToBuild extends Unbuilt {
    public FailsToBuild() {
      super("fails-to-build", () -> new IllegalStateException("no weights yet"));
    }
  }

  private abstract static class Unbuilt implements ModelProvider {
    private final String name;
    private final Supplier<RuntimeException> failure;

    Unbuilt(String name, Supplier<RuntimeException> failure) {
      this.name = name;
      this.failure = failure;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Model create(NetworkSpec network) {
      throw failure.get();
    }
  }

  private abstract static class Unruly implements ModelProvider {
    private final String name;
    private final Runnable deed;

    Unruly(String name, Runnable deed) {
      this.name = name;
      this.deed = deed;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Model create(NetworkSpec network) {
      return new WrappedModel(new ScratchProvider().create(network)) {
        @Override
        public double step(Batch batch, Masks masks, Observer observer) {
          if (batch.step() == 2) {
            deed.run();
          }
          return super.step(batch, masks, observer);
        }
      };
    }
  }
}
