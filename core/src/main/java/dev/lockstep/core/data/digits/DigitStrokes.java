package dev.lockstep.core.data.digits;

import java.util.Arrays;
import java.util.List;

/**
 * How people write the ten digits: a few ways for each, as the strokes of a pen.
 *
 * <p>A way is a list of strokes, a stroke a list of points that the pen passes through in a smooth
 * curve; a sharp corner is where one stroke ends and the next begins. Points are {@code x,y} in
 * percent of the digit's box, y downwards.
 */
final class DigitStrokes {

  private static final List<List<double[][][]>> WAYS =
      List.of(
          ways(
              "50,0 22,16 10,50 22,86 50,100 78,86 90,50 78,16 50,0",
              "62,4 34,8 12,38 14,72 40,99 72,86 88,52 76,16 46,2",
              "50,2 26,22 22,56 34,92 58,98 76,74 78,36 66,8 44,4 40,16"),
          ways("50,0 50,100", "52,0 49,50 47,100", "30,22 52,0 / 52,0 50,100"),
          ways(
              "14,24 32,3 66,2 82,24 62,58 14,97 / 14,97 50,96 90,97",
              "16,20 42,0 76,12 74,42 44,80 16,95 8,84 28,76 60,92 92,94",
              "20,14 50,0 80,16 70,48 22,92 / 22,92 52,82 84,98"),
          ways(
              "14,12 48,0 80,16 66,42 36,48 / 36,48 76,56 86,78 54,100 10,88",
              "14,3 50,4 82,3 / 82,3 44,40 / 44,40 80,52 84,82 52,100 12,90",
              "18,16 50,0 78,20 64,42 42,46 56,50 84,66 76,92 44,100 12,84"),
          ways(
              "22,0 16,30 14,54 / 14,54 50,54 88,50 / 74,2 72,50 68,100",
              "66,0 38,34 8,66 / 8,66 50,65 92,66 / 66,0 66,100",
              "20,2 12,36 26,54 58,52 80,36 / 84,2 76,50 70,100"),
          ways(
              "82,2 26,3 / 26,3 20,44 / 20,44 56,36 86,60 72,92 40,100 8,88",
              "86,4 56,6 32,2 / 32,2 24,40 / 24,40 62,44 80,68 62,96 14,94",
              "28,4 24,42 58,40 82,62 68,94 38,100 12,86 / 28,4 56,6 84,0"),
          ways(
              "70,2 36,26 14,66 30,96 66,97 82,74 56,54 22,68",
              "54,0 26,40 18,76 42,100 76,86 68,60 38,60 20,78",
              "82,8 52,4 22,32 14,70 38,98 72,92 80,66 52,54 20,72"),
          ways(
              "10,5 50,6 88,4 / 88,4 60,46 42,100",
              "12,20 14,4 50,6 86,4 / 86,4 64,44 50,100",
              "10,6 50,5 88,5 / 88,5 62,50 44,100 / 30,52 76,48"),
          ways(
              "76,16 50,0 24,18 40,42 70,64 78,84 50,100 22,84 32,62 62,40 78,18 60,2",
              "50,0 26,20 50,44 74,20 50,0 / 50,44 20,72 50,100 80,72 50,44",
              "84,10 52,2 22,18 38,40 70,62 76,84 46,100 22,84 38,58 88,8"),
          ways(
              "76,20 46,2 18,26 36,50 66,42 78,14 / 78,14 76,56 70,100",
              "74,14 44,2 18,28 40,48 70,36 78,12 / 78,12 82,60 60,94 22,92",
              "70,10 40,4 22,30 44,46 72,26 / 72,10 66,54 44,100"));

  private DigitStrokes() {}

  /**
   * @param digit 0 to 9
   * @return for each way of writing it, for each stroke, its points (x, y) within the unit square
   */
  static List<double[][][]> of(int digit) {
    return WAYS.get(digit);
  }

  private static List<double[][][]> ways(String... ways) {
    return Arrays.stream(ways).map(DigitStrokes::strokes).toList();
  }

  private static double[][][] strokes(String way) {
    return Arrays.stream(way.split(" / ", -1))
        .map(stroke -> Arrays.stream(stroke.split(" ", -1)).map(DigitStrokes::point))
        .map(points -> points.toArray(double[][]::new))
        .toArray(double[][][]::new);
  }

  private static double[] point(String point) {
    return Arrays.stream(point.split(",", -1))
        .mapToDouble(c -> Integer.parseInt(c) / 100.0)
        .toArray();
  }
}
