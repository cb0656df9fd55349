package dev.lockstep.experiments.reproduce;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Values as the Java expressions that make them. */
final class JavaSource {

  private JavaSource() {}

  /**
   * Returns an expression of equal value.
   *
   * @throws IllegalArgumentException if it is no record, number, text, enum constant, list,
   *     optional number or shape
   */
  static String of(Object value) {
    if (value instanceof String text) {
      return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    } else if (value instanceof Boolean || value instanceof Integer) {
      return value.toString();
    } else if (value instanceof Long number) {
      return number + "L";
    } else if (value instanceof Double number) {
      return number(number);
    } else if (value instanceof Enum<?> constant) {
      return name(constant.getDeclaringClass()) + "." + constant.name();
    } else if (value instanceof List<?> list) {
      return list.stream().map(JavaSource::of).collect(Collectors.joining(", ", "List.of(", ")"));
    } else if (value instanceof OptionalDouble number) {
      return number.isEmpty()
          ? "OptionalDouble.empty()"
          : "OptionalDouble.of(%s)".formatted(number(number.getAsDouble()));
    } else if (value instanceof Shape shape) {
      return IntStream.of(shape.toArray())
          .mapToObj(Integer::toString)
          .collect(Collectors.joining(", ", "Shape.of(", ")"));
    } else if (value instanceof Tensor tensor) {
      return "Tensor.of(%s, %s)".formatted(of(tensor.shape()), numbers(tensor.data()));
    } else if (value instanceof Record made) {
      return Arrays.stream(made.getClass().getRecordComponents())
          .map(component -> of(read(made, component)))
          .collect(Collectors.joining(", ", "new " + name(made.getClass()) + "(", ")"));
    }
    throw new IllegalArgumentException("no expression for " + value.getClass());
  }

  /** Returns numbers as they stand between the braces of an array. */
  static String numbers(double[] values) {
    return Arrays.stream(values).mapToObj(JavaSource::number).collect(Collectors.joining(", "));
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "Double.NaN";
    }
    return Double.isInfinite(value)
        ? "Double." + (value > 0 ? "POSITIVE" : "NEGATIVE") + "_INFINITY"
        : Double.toString(value);
  }

  private static Object read(Record made, RecordComponent component) {
    try {
      return component.getAccessor().invoke(made);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(component + " cannot be read", e);
    }
  }

  /** Returns {@code LayerSpec.Affine}: the top-level class is imported. */
  private static String name(Class<?> type) {
    String name = String.valueOf(type.getCanonicalName());
    return name.substring(type.getPackageName().length() + 1);
  }
}
