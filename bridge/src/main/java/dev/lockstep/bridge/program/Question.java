package dev.lockstep.bridge.program;

import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a program is asked.
 *
 * @param doing how a message names it: {@code taking step 7}
 * @param message the kind of question
 * @param maxNumbers the most numbers that the answer may hold
 */
record Question(
    String doing,
    String message,
    Map<String, String> metadata,
    Map<String, Tensor> tensors,
    long maxNumbers) {

  static Question of(String doing, String message) {
    return new Question(doing, message, Map.of(), Map.of(), 0);
  }

  Question with(String key, Object value) {
    Map<String, String> more = new LinkedHashMap<>(metadata);
    more.put(key, value.toString());
    return new Question(doing, message, more, tensors, maxNumbers);
  }

  Question with(Map<String, Tensor> given) {
    return new Question(doing, message, metadata, given, maxNumbers);
  }

  Question answeredBy(long numbers) {
    return new Question(doing, message, metadata, tensors, numbers);
  }
}
