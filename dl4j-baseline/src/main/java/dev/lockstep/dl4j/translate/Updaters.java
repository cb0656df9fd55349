package dev.lockstep.dl4j.translate;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.dl4j.book.BookAdaGrad;
import dev.lockstep.dl4j.book.BookMomentum;
import dev.lockstep.dl4j.book.BookNesterov;
import dev.lockstep.dl4j.book.BookRmsProp;
import dev.lockstep.dl4j.ledger.Convention;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ISchedule;

/** Optimizers as DL4J's updaters, and back. */
public final class Updaters {

  /** Overwritten by the optimizer's own rate. */
  private static final double UNSET = 0;

  /** DL4J's AdaDelta has none. */
  private static final LearningRate ADA_DELTAS_RATE = LearningRate.constant(1);

  private static final String EVERY_LAYER = "every layer";

  private static final Map<Class<?>, BiFunction<IUpdater, Findings, OptimizerSpec>> READERS =
      new LinkedHashMap<>();

  static {
    reader(
        Sgd.class,
        (sgd, findings) ->
            new OptimizerSpec.Sgd(
                Schedules.read(sgd.getLearningRate(), sgd.getLearningRateSchedule(), findings)));
    reader(
        BookMomentum.class,
        (book, findings) ->
            new OptimizerSpec.Momentum(
                Schedules.read(book.getLearningRate(), book.getLearningRateSchedule(), findings),
                book.getMomentum()));
    reader(
        BookNesterov.class,
        (book, findings) ->
            new OptimizerSpec.Nesterov(
                Schedules.read(book.getLearningRate(), book.getLearningRateSchedule(), findings),
                book.getMomentum(),
                true));
    reader(Nesterovs.class, Updaters::nesterovs);
    reader(BookAdaGrad.class, Updaters::adaGrad);
    reader(
        AdaGrad.class,
        (adaGrad, findings) -> {
          findings.leftToDl4j(Convention.ADAGRAD_START);
          return adaGrad(adaGrad, findings);
        });
    reader(BookRmsProp.class, Updaters::rmsProp);
    reader(
        RmsProp.class,
        (rmsProp, findings) -> {
          findings.leftToDl4j(Convention.RMSPROP_START);
          return rmsProp(rmsProp, findings);
        });
    reader(
        AMSGrad.class,
        (updater, findings) ->
            new OptimizerSpec.AmsGrad(
                Schedules.read(
                    updater.getLearningRate(), updater.getLearningRateSchedule(), findings),
                updater.getBeta1(),
                updater.getBeta2(),
                updater.getEpsilon()));
    reader(
        Nadam.class,
        (updater, findings) ->
            new OptimizerSpec.Nadam(
                Schedules.read(
                    updater.getLearningRate(), updater.getLearningRateSchedule(), findings),
                updater.getBeta1(),
                updater.getBeta2(),
                updater.getEpsilon()));
    reader(
        AdaMax.class,
        (updater, findings) ->
            new OptimizerSpec.AdaMax(
                Schedules.read(
                    updater.getLearningRate(), updater.getLearningRateSchedule(), findings),
                updater.getBeta1(),
                updater.getBeta2()));
    reader(
        AdaDelta.class,
        (updater, findings) ->
            new OptimizerSpec.AdaDelta(ADA_DELTAS_RATE, updater.getRho(), updater.getEpsilon()));
    reader(
        Adam.class,
        (adam, findings) ->
            new OptimizerSpec.Adam(
                Schedules.read(adam.getLearningRate(), adam.getLearningRateSchedule(), findings),
                adam.getBeta1(),
                adam.getBeta2(),
                adam.getEpsilon()));
  }

  private final Set<Convention> conventions;

  /**
   * @param conventions left to DL4J's way
   */
  public Updaters(Set<Convention> conventions) {
    this.conventions = conventions;
  }

  private static <T extends IUpdater> void reader(
      Class<T> type, BiFunction<T, Findings, OptimizerSpec> read) {
    READERS.put(type, (updater, findings) -> read.apply(type.cast(updater), findings));
  }

  private static OptimizerSpec nesterovs(Nesterovs nesterovs, Findings findings) {
    findings.require(
        EVERY_LAYER, "a schedule of the momentum,", nesterovs.getMomentumISchedule(), null);
    return new OptimizerSpec.Nesterov(
        Schedules.read(nesterovs.getLearningRate(), nesterovs.getLearningRateSchedule(), findings),
        // NaN with a schedule, which is told of already
        Double.isNaN(nesterovs.getMomentum()) ? 0 : nesterovs.getMomentum(),
        false);
  }

  private static OptimizerSpec adaGrad(AdaGrad adaGrad, Findings findings) {
    return new OptimizerSpec.AdaGrad(
        Schedules.read(adaGrad.getLearningRate(), adaGrad.getLearningRateSchedule(), findings),
        adaGrad.getEpsilon());
  }

  private static OptimizerSpec rmsProp(RmsProp rmsProp, Findings findings) {
    return new OptimizerSpec.RmsProp(
        Schedules.read(rmsProp.getLearningRate(), rmsProp.getLearningRateSchedule(), findings),
        rmsProp.getRmsDecay(),
        rmsProp.getEpsilon());
  }

  /** Returns the classes that {@link #read} knows. */
  public static Set<Class<?>> classes() {
    return Set.copyOf(READERS.keySet());
  }

  /**
   * Returns the optimizer that DL4J's updater is.
   *
   * @param findings told of what the updater leaves to DL4J's way, and of what has no name here
   */
  public static OptimizerSpec read(@Nullable IUpdater updater, Findings findings) {
    BiFunction<IUpdater, Findings, OptimizerSpec> reader =
        updater == null ? null : READERS.get(updater.getClass());
    if (updater == null || reader == null) {
      findings.unknown(EVERY_LAYER, "updater " + updater);
      return new OptimizerSpec.Sgd(LearningRate.constant(0));
    }
    return reader.apply(updater, findings);
  }

  /**
   * @throws UsageException for a rate that changes under DL4J's own AdaGrad, which loses it
   */
  public IUpdater updater(OptimizerSpec optimizer) {
    IUpdater updater = optimizer.accept(new Writer());
    LearningRate rate = optimizer.learningRate();
    ISchedule schedule = Schedules.of(rate, conventions);
    if (!updater.hasLearningRate()) {
      if (!rate.equals(ADA_DELTAS_RATE)) {
        throw new UsageException(
            "dl4j: AdaDelta has no learning rate there, found %s; expected 1, which changes nothing"
                .formatted(rate.initial()));
      }
      return updater;
    }
    if (schedule != null && updater.getClass() == AdaGrad.class) {
      throw new UsageException(
          "dl4j, stock: AdaGrad with a learning rate that changes cannot be translated, since"
              + " DL4J's AdaGrad loses its schedule and goes on with NaN; expected a constant rate"
              + " or the aligned translation");
    }
    updater.setLrAndSchedule(rate.initial(), schedule);
    return updater;
  }

  private double rmsPropEpsilon(OptimizerSpec.RmsProp rmsProp) {
    return epsilon(Convention.RMSPROP_EPSILON, RmsProp.DEFAULT_RMSPROP_EPSILON, rmsProp.epsilon());
  }

  private double epsilon(Convention convention, double dl4j, double book) {
    return conventions.contains(convention) ? dl4j : book;
  }

  /** Returns what the optimizer's state holds before the first step. */
  public double start(OptimizerSpec optimizer) {
    if (optimizer instanceof OptimizerSpec.AdaGrad
        && conventions.contains(Convention.ADAGRAD_START)) {
      return AdaGrad.DEFAULT_ADAGRAD_EPSILON;
    }
    if (optimizer instanceof OptimizerSpec.RmsProp rmsProp
        && conventions.contains(Convention.RMSPROP_START)) {
      return rmsPropEpsilon(rmsProp);
    }
    return 0;
  }

  private final class Writer implements OptimizerSpec.Visitor<IUpdater> {

    @Override
    public IUpdater sgd(OptimizerSpec.Sgd optimizer) {
      return new Sgd();
    }

    @Override
    public IUpdater momentum(OptimizerSpec.Momentum optimizer) {
      return conventions.contains(Convention.MOMENTUM_IS_NESTEROV)
          ? new Nesterovs(UNSET, optimizer.momentum())
          : new BookMomentum(UNSET, optimizer.momentum());
    }

    @Override
    public IUpdater nesterov(OptimizerSpec.Nesterov optimizer) {
      return optimizer.printed() && !conventions.contains(Convention.NESTEROV_ORDER)
          ? new BookNesterov(UNSET, optimizer.momentum())
          : new Nesterovs(UNSET, optimizer.momentum());
    }

    @Override
    public IUpdater adaGrad(OptimizerSpec.AdaGrad optimizer) {
      double epsilon =
          epsilon(Convention.ADAGRAD_EPSILON, AdaGrad.DEFAULT_ADAGRAD_EPSILON, optimizer.epsilon());
      return conventions.contains(Convention.ADAGRAD_START)
          ? new AdaGrad(UNSET, epsilon)
          : new BookAdaGrad(UNSET, null, epsilon);
    }

    @Override
    public IUpdater rmsProp(OptimizerSpec.RmsProp optimizer) {
      double epsilon = rmsPropEpsilon(optimizer);
      return conventions.contains(Convention.RMSPROP_START)
          ? new RmsProp(UNSET, optimizer.decay(), epsilon)
          : new BookRmsProp(UNSET, null, optimizer.decay(), epsilon);
    }

    @Override
    public IUpdater adam(OptimizerSpec.Adam optimizer) {
      double epsilon =
          epsilon(Convention.ADAM_EPSILON, Adam.DEFAULT_ADAM_EPSILON, optimizer.epsilon());
      return new Adam(UNSET, optimizer.beta1(), optimizer.beta2(), epsilon);
    }

    @Override
    public IUpdater amsGrad(OptimizerSpec.AmsGrad optimizer) {
      return new AMSGrad(UNSET, optimizer.beta1(), optimizer.beta2(), optimizer.epsilon());
    }

    @Override
    public IUpdater nadam(OptimizerSpec.Nadam optimizer) {
      return new Nadam(UNSET, optimizer.beta1(), optimizer.beta2(), optimizer.epsilon());
    }

    @Override
    public IUpdater adaMax(OptimizerSpec.AdaMax optimizer) {
      return new AdaMax(UNSET, optimizer.beta1(), optimizer.beta2(), AdaMax.DEFAULT_ADAMAX_EPSILON);
    }

    @Override
    public IUpdater adaDelta(OptimizerSpec.AdaDelta optimizer) {
      return new AdaDelta(optimizer.rho(), optimizer.epsilon());
    }
  }
}
