package dev.lockstep.dl4j.open;

import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/** An updater that does what another does, and tells the gradient that it is given. */
record WatchedUpdater(GradientUpdater<? extends IUpdater> updater, Consumer<INDArray> watcher)
    implements GradientUpdater<IUpdater> {

  @Override
  public IUpdater getConfig() {
    return updater.getConfig();
  }

  @Override
  public void setState(Map<String, INDArray> state, boolean initialize) {
    updater.setState(state, initialize);
  }

  @Override
  public Map<String, INDArray> getState() {
    return updater.getState();
  }

  @Override
  public void setStateViewArray(INDArray view, long[] shape, char order, boolean initialize) {
    updater.setStateViewArray(view, shape, order, initialize);
  }

  @Override
  public void applyUpdater(INDArray gradient, int iteration, int epoch) {
    watcher.accept(gradient);
    updater.applyUpdater(gradient, iteration, epoch);
  }
}
