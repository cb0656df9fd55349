package dev.lockstep.bridge.program;

import dev.lockstep.core.UsageException;
import java.util.ArrayList;
import java.util.List;

/** A command as a person writes it: words, in quotes where they hold spaces. */
public final class CommandLine {

  private CommandLine() {}

  /**
   * Splits a command into its words. Nothing is expanded: no shell takes part.
   *
   * @throws UsageException if there is no word or a quote is not closed
   */
  public static List<String> words(String command) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < command.length(); i++) {
      char c = command.charAt(i);
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
        inWord = true;
      } else if (Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (inWord) {
      words.add(word.toString());
    }
    if (quote != 0 || words.isEmpty()) {
      throw new UsageException(
          "expected a command such as \"python3 my_net.py\", found '" + command + "'");
    }
    return words;
  }
}
