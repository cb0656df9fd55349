package dev.lockstep.bridge.serve;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.scratch.ScratchProvider;
import java.util.Locale;

/** Does to its process, in its third step, what its name says. */
public abstract class HostileProvider implements ModelProvider {

  private static final int STEP = 3;

  private final String name;

  HostileProvider(String name) {
    this.name = name;
  }

  abstract void misbehave() throws InterruptedException;

  @Override
  public String name() {
    return name;
  }

  @Override
  public Model create(NetworkSpec network) {
    return new WrappedModel(new ScratchProvider().create(network)) {
      @Override
      public double step(Batch batch, Masks masks, Observer observer) {
        System.out.println("this must not break the stream");
        if (batch.step() == STEP) {
          try {
            misbehave();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
        return super.step(batch, masks, observer);
      }
    };
  }

  /** Does nothing of the kind. */
  public static final class Harmless extends HostileProvider {
    public Harmless() {
      super("harmless");
    }

    @Override
    void misbehave() {}
  }

  /** Writes numbers in other digits from then on. */
  public static final class Localizes extends HostileProvider {
    public Localizes() {
      super("localizes");
    }

    @Override
    void misbehave() {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    }
  }

  /** Ends as if all were well. */
  public static final class Exits extends HostileProvider {
    public Exits() {
      super("exits");
    }

    @Override
    void misbehave() {
      System.exit(0);
    }
  }

  /** Ends without ado. */
  public static final class Halts extends HostileProvider {
    public Halts() {
      super("halts");
    }

    @Override
    void misbehave() {
      Runtime.getRuntime().halt(0);
    }
  }

  /** Throws what programs rarely catch. */
  public static final class Fails extends HostileProvider {
    public Fails() {
      super("fails");
    }

    @Override
    void misbehave() {
      throw new Error("on purpose");
    }
  }

  /** Takes all memory there is. */
  public static final class Fills extends HostileProvider {
    public Fills() {
      super("fills");
    }

    @Override
    void misbehave() {
      Object[] last = {};
      while (true) {
        last = new Object[] {last, new long[1 << 24]};
      }
    }
  }

  /** Never comes back. */
  public static final class Hangs extends HostileProvider {
    public Hangs() {
      super("hangs");
    }

    @Override
    void misbehave() throws InterruptedException {
      Thread.sleep(600_000);
    }
  }
}
