package dev.lockstep.core.diagnosis.tensors;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Local;
import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** A part of a tensor that is something else, while the rest is right. */
public final class Regions {

  /** Ranges of rows that are told. */
  private static final int TOLD = 5;

  private final Look first;
  private final List<Look> looks;
  private final Set<TensorKey> scope;
  private final Judged judged;
  private final List<Part> parts = new ArrayList<>();
  private final List<Hypothesis> found = new ArrayList<>();

  private Regions(List<Look> looks, Set<TensorKey> scope) {
    this.first = looks.get(0);
    this.looks = looks;
    this.scope = scope;
    this.judged = Objects.requireNonNull(first.judged().get(scope.iterator().next()));
  }

  /**
   * @param looks the step that differs and those after it
   */
  public static List<Hypothesis> of(List<Look> looks, Set<TensorKey> scope) {
    Regions regions = new Regions(looks, scope);
    regions.all();
    return regions.found;
  }

  /** Returns mistakes that are made in those parts alone of a tensor that are wrong. */
  public static List<Hypothesis> within(List<Look> looks, TensorKey key, List<Hypothesis> all) {
    Look first = looks.get(0);
    Regions regions = new Regions(looks, Set.of(key));
    regions.all();
    List<Hypothesis> within = new ArrayList<>();
    for (Hypothesis hypothesis : regions.parts.isEmpty() ? List.<Hypothesis>of() : all) {
      Map<TensorKey, double[]> predicted = hypothesis.predict(first); // once for all parts
      double[] everywhere = predicted == null ? null : predicted.get(key);
      if (everywhere != null && regions.judged.explains(everywhere)) {
        // no part of it is right: what the mistake says of other tensors is wrong
        within.add(
            new Hypothesis(
                hypothesis.rank(),
                hypothesis.text() + ", in %s alone".formatted(key),
                look -> only(hypothesis.predict(look), key)));
        continue;
      }
      for (Part part : regions.parts) {
        String text = hypothesis.text() + part.where();
        Map<TensorKey, double[]> there =
            new Hypothesis(hypothesis.rank(), text, look -> part.within(look, key, predicted))
                .predict(first);
        if (there != null && regions.judged.explains(Objects.requireNonNull(there.get(key)))) {
          within.add(
              new Hypothesis(
                  hypothesis.rank(),
                  text,
                  look -> part.within(look, key, hypothesis.predict(look))));
        }
      }
    }
    return within;
  }

  private static @Nullable Map<TensorKey, double[]> only(
      @Nullable Map<TensorKey, double[]> predicted, TensorKey key) {
    double[] values = predicted == null ? null : predicted.get(key);
    return values == null ? null : Look.only(key, values);
  }

  /**
   * A part of a tensor.
   *
   * @param text names it, with its verb
   */
  private record Part(String text, Region region) {

    String where() {
      String noun = text.replaceFirst(" (it is|is|are)$", "");
      return text.startsWith("where ") ? ", " + noun : ", in " + noun + " alone";
    }

    /** Returns what is predicted there, and elsewhere what is right; rows are those of a batch. */
    @Nullable Map<TensorKey, double[]> within(
        Look look, TensorKey key, @Nullable Map<TensorKey, double[]> predicted) {
      Judged first = look.judged().get(key);
      if (predicted == null || first == null || !predicted.containsKey(key)) {
        return null;
      }
      Map<TensorKey, double[]> within = new LinkedHashMap<>();
      for (Map.Entry<TensorKey, double[]> entry : predicted.entrySet()) {
        Judged judged = look.judged().get(entry.getKey());
        if (judged == null
            || (!entry.getKey().equals(key)
                && !(judged.tensor().perSample() && first.tensor().perSample()))) {
          continue;
        }
        double[] right = judged.reference().data();
        boolean[] meant = region.of(look, judged);
        if (meant == null || meant.length != right.length) {
          return null;
        }
        double[] other = entry.getValue();
        within.put(entry.getKey(), Numbers.each(right.length, i -> meant[i] ? other[i] : right[i]));
      }
      return within;
    }
  }

  /** Which elements of a tensor are meant. */
  private interface Region {
    boolean @Nullable [] of(Look look, Judged judged);
  }

  /** Which elements of a tensor are meant, by their place. */
  private interface Place {
    boolean has(Tensor tensor, int at);
  }

  /** A number for each element of a tensor. */
  private interface Values {
    double @Nullable [] of(Look look, Judged judged);

    /** Returns the elements for which the number is such. */
    default Region where(DoublePredicate such) {
      return (look, judged) -> {
        double[] v = of(look, judged);
        return v == null ? null : Regions.each(v.length, i -> such.test(v[i]));
      };
    }
  }

  private static boolean[] each(int size, IntPredicate has) {
    boolean[] elements = new boolean[size];
    for (int i = 0; i < size; i++) {
      elements[i] = has.test(i);
    }
    return elements;
  }

  private void all() {
    int size = judged.candidate().size();
    if (size < 2 || judged.reference().size() != size) {
      return;
    }
    boolean[] wrong = wrong(judged);
    boolean[] ever = ever(wrong);
    int from = size;
    int to = 0;
    for (int i = 0; i < size; i++) {
      if (ever[i]) {
        from = Math.min(from, i);
        to = i + 1;
      }
    }
    if (judged.candidate().shape().rank() > 1) {
      rows(from, to, ever);
      columns(ever);
      zeroRows();
    }
    int start = from;
    int end = to;
    int row = judged.candidate().shape().rank() > 1 ? Rearranged.row(judged.candidate()) : 1;
    boolean ofRows = row > 1 && from % row == 0 && to % row == 0;
    if (!ofRows && (from > 0 || to < size)) {
      told(
          from == 0
              ? "its first %d of %d elements are".formatted(to, size)
              : to == size
                  ? "its elements from number %d on, of %d, are".formatted(from + 1, size)
                  : to - from == 1
                      ? "its element number %d, of %d, is".formatted(to, size)
                      : "its elements number %d to %d, of %d, are".formatted(from + 1, to, size),
          (tensor, at) -> at >= start && at < end);
    }
    values("the right value", (look, of) -> of.reference().data(), wrong);
    if (judged.tensor().key().phase() == Phase.UPDATE) {
      values("the gradient", Regions::gradient, wrong);
    } else if (judged.tensor().perSample()) {
      values("what the layer reads", Regions::input, wrong);
    }
  }

  private static boolean[] wrong(Judged judged) {
    return each(
        judged.reference().size(),
        i ->
            !(Math.abs(judged.candidate().data()[i] - judged.reference().data()[i])
                <= judged.allowed()));
  }

  /** Of a tensor that has no samples: what is wrong in some step, for a step need not show all. */
  private boolean[] ever(boolean[] wrong) {
    boolean[] ever = wrong.clone();
    for (Look look : looks) {
      Judged other = look.judged().get(judged.tensor().key());
      if (!judged.tensor().perSample()
          && other != null
          && other.candidate().size() == ever.length
          && other.reference().size() == ever.length) {
        boolean[] there = wrong(other);
        for (int i = 0; i < ever.length; i++) {
          ever[i] |= there[i];
        }
      }
    }
    return ever;
  }

  /** Rows of a parameter's gradient, wherever they stand, to which nothing is added. */
  private void zeroRows() {
    TensorKey key = judged.tensor().key();
    if (judged.tensor().perSample() || key.phase() != Phase.BACKWARD) {
      return;
    }
    int rows = judged.candidate().shape().length(0);
    boolean[] zero = new boolean[rows];
    boolean[] other = new boolean[rows];
    for (Look look : looks) {
      Judged of = look.judged().get(key);
      if (of == null || of.candidate().size() != of.reference().size()) {
        return;
      }
      boolean[] here = zeroRows(of, of.candidate().data());
      boolean[] empty = zeroRows(of, of.reference().data());
      for (int row = 0; row < rows; row++) {
        zero[row] |= here[row] && !empty[row];
        other[row] |= !here[row];
      }
    }
    List<Integer> those = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      if (zero[row] && other[row]) {
        return; // sometimes so and sometimes not says nothing about a row
      }
      if (zero[row]) {
        those.add(row + 1);
      }
    }
    boolean range = !those.isEmpty();
    for (int row = 1; range && row <= rows; row++) {
      range = row < those.get(0) || row > those.get(those.size() - 1) || !other[row - 1];
    }
    if (those.isEmpty() || those.size() == rows || range) {
      return; // told as a range
    }
    found.add(
        Hypothesis.local(
            ARITHMETIC,
            "its rows number %s, of %d, are 0: never computed".formatted(told(those), rows),
            scope,
            (look, of) -> {
              boolean[] here =
                  of.tensor().key().equals(key) ? zeroRows(of, of.candidate().data()) : null;
              if (here == null || those.stream().anyMatch(row -> !here[row - 1])) {
                return null;
              }
              int row = of.reference().size() / rows;
              return Numbers.each(
                  of.reference().size(), i -> here[i / row] ? 0 : of.reference().data()[i]);
            }));
  }

  private static boolean[] zeroRows(Judged judged, double[] values) {
    int rows = judged.reference().shape().length(0);
    int row = judged.reference().size() / rows;
    boolean[] zero = new boolean[rows];
    Arrays.fill(zero, true);
    for (int i = 0; i < values.length; i++) {
      zero[i / row] &= Math.abs(values[i]) <= judged.allowed();
    }
    return zero;
  }

  /** Tells the first ranges, and how many rows there are. */
  private static String told(List<Integer> rows) {
    List<String> ranges = new ArrayList<>();
    int from = 0;
    for (int at = 1; at <= rows.size(); at++) {
      if (at == rows.size() || rows.get(at) != rows.get(at - 1) + 1) {
        ranges.add(
            rows.get(from).equals(rows.get(at - 1))
                ? String.valueOf(rows.get(from))
                : rows.get(from) + " to " + rows.get(at - 1));
        from = at;
      }
    }
    return ranges.size() <= TOLD
        ? String.join(", ", ranges)
        : "%s and others, %d rows in all"
            .formatted(String.join(", ", ranges.subList(0, TOLD)), rows.size());
  }

  private static double @Nullable [] input(Look look, Judged judged) {
    Tensor input = look.input(judged.tensor().layer());
    return input == null ? null : input.data();
  }

  private static double @Nullable [] gradient(Look look, Judged judged) {
    String path = judged.tensor().key().path();
    Tensor own = look.candidate(Phase.BACKWARD, path);
    Tensor gradient =
        own != null
            ? own
            : look.candidate(Phase.BACKWARD, path.substring(0, Math.max(0, path.lastIndexOf('/'))));
    return gradient == null ? null : gradient.data();
  }

  /** Elements that are wrong where a number is large or small. */
  private void values(String name, Values values, boolean[] wrong) {
    double[] v = values.of(first, judged);
    if (v == null || v.length != wrong.length) {
      return;
    }
    boolean zero = true;
    for (int i = 0; i < v.length; i++) {
      zero &= !wrong[i] || v[i] == 0;
    }
    if (zero) {
      where("where %s is 0 it is".formatted(name), values.where(value -> value == 0));
      return;
    }
    bounds(name + " is", values, v, wrong);
    bounds(
        name + " is in magnitude",
        (look, of) -> {
          double[] all = values.of(look, of);
          return all == null ? null : Numbers.each(all.length, i -> Math.abs(all[i]));
        },
        Numbers.each(v.length, i -> Math.abs(v[i])),
        wrong);
  }

  private void bounds(String name, Values values, double[] v, boolean[] wrong) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < v.length; i++) {
      low = wrong[i] ? Math.min(low, v[i]) : low;
      high = wrong[i] ? Math.max(high, v[i]) : high;
    }
    double under = Double.NEGATIVE_INFINITY;
    double over = Double.POSITIVE_INFINITY;
    for (double value : v) {
      under = value < low ? Math.max(under, value) : under;
      over = value > high ? Math.min(over, value) : over;
    }
    // what is 0 can be another multiple of itself as well
    if (Double.isFinite(under) && !(under == 0 && name.endsWith("in magnitude"))) {
      double limit = Numbers.between(under, low);
      where(
          "where %s above %s it is".formatted(name, Numbers.setting(limit)),
          values.where(value -> value > limit));
    }
    if (Double.isFinite(over)) {
      double limit = Numbers.between(over, high);
      where(
          "where %s below %s it is".formatted(name, Numbers.setting(limit)),
          values.where(value -> value < limit));
    }
  }

  private void where(String part, Region region) {
    boolean[] meant = region.of(first, judged);
    for (int i = 0; meant != null && i < meant.length; i++) {
      double same = judged.candidate().data()[i];
      if (meant[i]) {
        if (same != 0 && Double.isFinite(same)) {
          add(
              ARITHMETIC,
              part + " " + Numbers.setting(same),
              region,
              (look, of) -> Numbers.each(of.reference().size(), at -> same));
        }
        break;
      }
    }
    told(ARITHMETIC, part, region);
  }

  private void rows(int from, int to, boolean[] wrong) {
    int row = Rearranged.row(judged.candidate());
    int rows = judged.candidate().shape().length(0);
    int start = from / row;
    int end = (to - 1) / row + 1;
    boolean perSample = judged.tensor().perSample();
    String one = !perSample && judged.candidate().shape().rank() == 4 ? "kernel" : "row";
    String what = perSample ? "rows of the batch" : one + "s";
    if (end - start == 1 && rows > 1) {
      boolean last = start == rows - 1;
      told(
          (last
              ? "its last %s is".formatted(one)
              : start == 0
                  ? "its first %s is".formatted(one)
                  : "its %s number %d is".formatted(one, start + 1)),
          (tensor, at) ->
              at / Rearranged.row(tensor) == (last ? tensor.shape().length(0) - 1 : start));
    } else if (end == rows && start > 0) {
      told(
          "its %s from number %d on are".formatted(what, start + 1),
          (tensor, at) -> at / Rearranged.row(tensor) >= start);
    } else if (end < rows) {
      told(
          "its %s number %d to %d are".formatted(what, start + 1, end),
          (tensor, at) ->
              at / Rearranged.row(tensor) >= start && at / Rearranged.row(tensor) < end);
    }
    for (int odd = 0; odd < 2; odd++) {
      int parity = odd;
      boolean every = true;
      for (int i = 0; i < wrong.length; i++) {
        every &= !wrong[i] || i / row % 2 == parity;
      }
      if (every && end - start > 2) {
        told(
            "every other %s of it, from the %s on, is"
                .formatted(one, odd == 0 ? "first" : "second"),
            (tensor, at) -> at / Rearranged.row(tensor) % 2 == parity);
      }
    }
  }

  private void columns(boolean[] wrong) {
    int width = judged.candidate().shape().length(judged.candidate().shape().rank() - 1);
    int from = width;
    int to = 0;
    for (int i = 0; i < wrong.length; i++) {
      if (wrong[i]) {
        from = Math.min(from, i % width);
        to = Math.max(to, i % width + 1);
      }
    }
    int start = from;
    int end = to;
    if (start > 0 || end < width) {
      told(
          end - start == 1
              ? "its column number %d is".formatted(end)
              : "its columns number %d to %d are".formatted(start + 1, end),
          (tensor, at) -> {
            int w = tensor.shape().length(tensor.shape().rank() - 1);
            return at % w >= start && at % w < end;
          });
    }
  }

  private void told(String part, Place place) {
    told(
        ARITHMETIC,
        part,
        (look, of) -> each(of.reference().size(), i -> place.has(of.reference(), i)));
  }

  /** Adds all that such a part may be. */
  private void told(Rank rank, String part, Region region) {
    parts.add(new Part(part, region));
    add(
        rank,
        part + " 0: never computed",
        region,
        (look, judged) -> new double[judged.reference().size()]);
    for (double factor : new double[] {2, 0.5, -1}) {
      add(
          rank,
          part + " the reference's times " + Numbers.setting(factor),
          region,
          (look, judged) -> Numbers.times(factor, judged.reference().data()));
    }
    if (judged.tensor().key().phase() == Phase.UPDATE) {
      add(
          rank,
          part + " what it was before the step: not updated",
          region,
          (look, judged) -> {
            Tensor before = look.before(judged.tensor().key().path());
            return before == null ? null : before.data();
          });
      return;
    }
    add(
        rank,
        part + " the one of the step before: one step stale",
        region,
        (look, judged) -> {
          Judged late =
              look.previous() == null ? null : look.previous().judged().get(judged.tensor().key());
          return late == null ? null : fitting(late.candidate(), judged);
        });
    if (judged.tensor().perSample() && judged.tensor().key().phase() == Phase.FORWARD) {
      add(
          rank,
          part + " what the layer reads, handed on as it is",
          region,
          (look, judged) -> {
            Tensor input = look.input(judged.tensor().layer());
            return input == null ? null : fitting(input, judged);
          });
    }
  }

  /** A tensor of a larger batch is read from its start. */
  private static double @Nullable [] fitting(Tensor tensor, Judged judged) {
    int size = judged.reference().size();
    return tensor.size() < size || Rearranged.row(tensor) != Rearranged.row(judged.reference())
        ? null
        : Arrays.copyOf(tensor.data(), size);
  }

  private void add(Rank rank, String text, Region region, Local part) {
    found.add(
        Hypothesis.local(
            rank,
            text,
            scope,
            (look, judged) -> {
              Tensor reference = judged.reference();
              if (reference.shape().rank() == 0) {
                return null; // a loss has no parts
              }
              double[] other = part.predict(look, judged);
              boolean[] meant = region.of(look, judged);
              if (other == null || meant == null || meant.length != reference.size()) {
                return null;
              }
              return Numbers.each(meant.length, i -> meant[i] ? other[i] : reference.data()[i]);
            }));
  }
}
