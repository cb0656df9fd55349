package dev.lockstep.dl4j.model;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer of DL4J that does what another does, and tells of its backward passes. */
public final class WatchedLayer {

  private WatchedLayer() {}

  /** Told of a backward pass. */
  public interface Watcher {

    /**
     * Called before the pass.
     *
     * @param epsilon the gradient with respect to the layer's output, summed over the batch; null
     *     for an output layer
     */
    void backward(Layer layer, INDArray epsilon);

    /** Called after it, with the gradients of the layer's parameters, summed over the batch. */
    default void gradients(Layer layer, Gradient gradients) {}
  }

  /** Returns a layer that stands in for another. */
  public static Layer of(Layer layer, Watcher watcher) {
    return (Layer)
        Proxy.newProxyInstance(
            layer.getClass().getClassLoader(),
            interfaces(layer.getClass()),
            (proxy, method, arguments) -> intercept(layer, watcher, method, arguments));
  }

  private static Class<?>[] interfaces(Class<?> type) {
    Set<Class<?>> interfaces = new LinkedHashSet<>();
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      interfaces.addAll(List.of(c.getInterfaces()));
    }
    return interfaces.toArray(Class<?>[]::new);
  }

  @SuppressWarnings("NullAway") // an output layer is given no epsilon, and its watcher reads none
  private static @Nullable Object intercept(
      Layer layer, Watcher watcher, Method method, Object @Nullable [] arguments) throws Throwable {
    boolean backward = method.getName().equals("backpropGradient") && arguments != null;
    if (backward) {
      watcher.backward(layer, (INDArray) arguments[0]);
    }
    Object result;
    try {
      result = method.invoke(layer, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    if (backward) {
      watcher.gradients(layer, (Gradient) ((Pair<?, ?>) result).getFirst());
    }
    return result;
  }
}
