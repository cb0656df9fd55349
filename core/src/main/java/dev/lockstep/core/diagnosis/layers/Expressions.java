package dev.lockstep.core.diagnosis.layers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;

/** Small formulas of an activation's input x and output y, as people write derivatives down. */
final class Expressions {

  /** A formula and its text. */
  record Expression(String text, DoubleBinaryOperator value) {}

  private static final List<Expression> ALL = all();

  private Expressions() {}

  /** Returns them, the shortest first. */
  static List<Expression> ofInputAndOutput() {
    return ALL;
  }

  private static List<Expression> all() {
    Map<String, DoubleBinaryOperator> factors = new LinkedHashMap<>();
    factors.put("1", (x, y) -> 1);
    factors.put("x", (x, y) -> x);
    factors.put("y", (x, y) -> y);
    factors.put("(1 - x)", (x, y) -> 1 - x);
    factors.put("(1 - y)", (x, y) -> 1 - y);
    factors.put("(1 + x)", (x, y) -> 1 + x);
    factors.put("(1 + y)", (x, y) -> 1 + y);
    factors.put("(1 - x²)", (x, y) -> 1 - x * x);
    factors.put("(1 - y²)", (x, y) -> 1 - y * y);
    factors.put("(1 + x²)", (x, y) -> 1 + x * x);
    factors.put("(1 + y²)", (x, y) -> 1 + y * y);
    factors.put("|x|", (x, y) -> Math.abs(x));
    factors.put("(1 + |x|)", (x, y) -> 1 + Math.abs(x));
    factors.put("(1 + |y|)", (x, y) -> 1 + Math.abs(y));
    factors.put("(1 - |y|)", (x, y) -> 1 - Math.abs(y));
    factors.put("exp(x)", (x, y) -> Math.exp(x));
    factors.put("exp(-x)", (x, y) -> Math.exp(-x));
    factors.put("σ(x)", (x, y) -> sigmoid(x));
    factors.put("σ(y)", (x, y) -> sigmoid(y));
    factors.put("(1 - σ(x))", (x, y) -> sigmoid(-x));
    factors.put("σ(1.702x)", (x, y) -> sigmoid(1.702 * x));
    factors.put("(1 - σ(1.702x))", (x, y) -> sigmoid(-1.702 * x));
    List<Expression> products = new ArrayList<>();
    factors.forEach((text, value) -> products.add(new Expression(text, value)));
    List<Map.Entry<String, DoubleBinaryOperator>> list = List.copyOf(factors.entrySet());
    for (int a = 1; a < list.size(); a++) {
      for (int b = a; b < list.size(); b++) {
        products.add(product(list.get(a), list.get(b)));
      }
    }
    List<Expression> all = new ArrayList<>();
    for (Expression product : products) {
      all.add(new Expression(bare(product.text()), product.value()));
    }
    for (Expression product : products.subList(1, products.size())) {
      DoubleBinaryOperator value = product.value();
      all.add(
          new Expression(
              "1 / (%s)".formatted(bare(product.text())), (x, y) -> 1 / value.applyAsDouble(x, y)));
      all.add(
          new Expression(
              product.text() + "·y·(1 - y)", (x, y) -> value.applyAsDouble(x, y) * y * (1 - y)));
      for (String first : List.of("σ(x)", "σ(1.702x)")) {
        DoubleBinaryOperator term = Objects.requireNonNull(factors.get(first));
        all.add(
            new Expression(
                "%s + %s".formatted(first, product.text()),
                (x, y) -> term.applyAsDouble(x, y) + value.applyAsDouble(x, y)));
        all.add(
            new Expression(
                "%s + x·%s".formatted(first, product.text()),
                (x, y) -> term.applyAsDouble(x, y) + x * value.applyAsDouble(x, y)));
      }
    }
    return List.copyOf(all);
  }

  private static Expression product(
      Map.Entry<String, DoubleBinaryOperator> a, Map.Entry<String, DoubleBinaryOperator> b) {
    DoubleBinaryOperator left = a.getValue();
    DoubleBinaryOperator right = b.getValue();
    String text = a.getKey().equals(b.getKey()) ? a.getKey() + "²" : a.getKey() + "·" + b.getKey();
    return new Expression(text, (x, y) -> left.applyAsDouble(x, y) * right.applyAsDouble(x, y));
  }

  /** Returns a text without brackets around all of it. */
  private static String bare(String text) {
    return text.matches("\\([^()]*\\)") ? text.substring(1, text.length() - 1) : text;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
