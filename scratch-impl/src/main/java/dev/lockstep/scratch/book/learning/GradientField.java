package dev.lockstep.scratch.book.learning;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The arrows of section 4.4: where a function of two numbers falls fastest, and how fast. */
public final class GradientField {

  private GradientField() {}

  /**
   * Returns {@code −gradient} on the grid {@code from, from + step, …} below {@code to} along both
   * axes.
   *
   * @param f of a vector of two
   * @return {@code x0}, {@code x1} and the arrows' {@code arrow0}, {@code arrow1}, each rows (x1) ×
   *     columns (x0)
   */
  public static Map<String, Tensor> arrows(
      ToDoubleFunction<Tensor> f, double from, double to, double step) {
    int points = (int) Math.ceil((to - from) / step);
    Shape grid = Shape.of(points, points);
    Tensor x0 = Tensor.zeros(grid);
    Tensor x1 = Tensor.zeros(grid);
    Tensor arrow0 = Tensor.zeros(grid);
    Tensor arrow1 = Tensor.zeros(grid);
    for (int i = 0; i < grid.size(); i++) {
      int[] rowAndColumn = grid.indexOf(i);
      x0.data()[i] = from + rowAndColumn[1] * step;
      x1.data()[i] = from + rowAndColumn[0] * step;
      Tensor x = Tensor.of(Shape.of(2), x0.data()[i], x1.data()[i]);
      Tensor gradient = NumericalGradient.gradient(f, x);
      arrow0.data()[i] = -gradient.data()[0];
      arrow1.data()[i] = -gradient.data()[1];
    }
    Map<String, Tensor> field = new LinkedHashMap<>();
    field.put("x0", x0);
    field.put("x1", x1);
    field.put("arrow0", arrow0);
    field.put("arrow1", arrow1);
    return field;
  }
}
