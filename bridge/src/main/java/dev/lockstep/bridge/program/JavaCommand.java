package dev.lockstep.bridge.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a further Java process is started. */
public final class JavaCommand {

  /** From this version on the JVM warns of libraries in C, and of JavaCPP's use of Unsafe. */
  private static final int WARNS_OF_NATIVES = 24;

  private JavaCommand() {}

  /** Returns the program that runs this process too, with the options without which it warns. */
  public static List<String> start() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= WARNS_OF_NATIVES) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    return command;
  }
}
