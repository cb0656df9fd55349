package dev.lockstep.experiments.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** One call of the command line and what came of it. */
record Invocation(int exitCode, String out, String err) {

  static Invocation of(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    return new Invocation(exitCode, out.toString(), err.toString());
  }
}
