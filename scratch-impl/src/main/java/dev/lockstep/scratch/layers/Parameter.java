package dev.lockstep.scratch.layers;

import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** A tensor that is trained, its gradient, and what an optimizer keeps for it. */
public final class Parameter {

  private final String layer;
  private final String key;
  private final Tensor value;
  private final Tensor gradient;
  private final Penalty penalty;
  private final Map<String, Tensor> slots = new LinkedHashMap<>();

  /**
   * @param layer the name of the layer that it belongs to
   * @param key its own name, {@code W} or {@code b}
   * @param penalty {@link Penalty#NONE} for what weight decay does not act on
   */
  public Parameter(String layer, String key, Shape shape, Penalty penalty) {
    this.layer = layer;
    this.key = key;
    this.value = Tensor.zeros(shape);
    this.gradient = Tensor.zeros(shape);
    this.penalty = penalty;
  }

  /** Returns {@code affine1/W}. */
  public String path() {
    return layer + "/" + key;
  }

  /** Returns {@code W}. */
  public String key() {
    return key;
  }

  /** Returns whether it is the bias of an affine or a convolution layer. */
  public boolean isBias() {
    return key.equals("b");
  }

  public Tensor value() {
    return value;
  }

  public Tensor gradient() {
    return gradient;
  }

  /** Returns a tensor that an optimizer keeps for this parameter, zeros at first. */
  public Tensor slot(String name) {
    return slots.computeIfAbsent(name, key -> Tensor.zeros(value.shape()));
  }

  /** Shows the parameter, in place, after it has moved. */
  public void showValue(Observer observer) {
    show(observer, path(), value);
  }

  /** Shows what an optimizer keeps for the parameter, in place, after it has moved. */
  public void showSlots(Observer observer) {
    slots.forEach((name, slot) -> show(observer, path() + "/" + name, slot));
  }

  private static void show(Observer observer, String path, Tensor tensor) {
    if (observer.watches()) {
      observer.observe(Phase.UPDATE, path, () -> tensor);
    }
  }

  /** Returns the share of the loss (chapter 6). */
  public double penalty() {
    return penalty.loss(value.data());
  }

  /** Adds the gradient of {@link #penalty}. */
  public void addPenalty() {
    penalty.addGradient(value.data(), gradient.data());
  }
}
