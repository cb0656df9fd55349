package dev.lockstep.bridge.serve;

import dev.lockstep.core.model.ModelProvider;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * The main class of a process that holds a candidate of a jar: whatever the candidate does to its
 * process, it does to this one. It is found by its name among the providers on the class path.
 */
public final class Serve {

  private Serve() {}

  /**
   * @param args the name of the provider
   */
  public static void main(String[] args) throws IOException {
    InputStream in = new BufferedInputStream(new FileInputStream(FileDescriptor.in), 1 << 16);
    OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16);
    System.setOut(System.err);
    System.setIn(InputStream.nullInputStream());
    leaveCtrlCToTheParent();
    endWithTheParent();
    new ModelServer(args[0], () -> find(args[0]), in, out).run();
    System.exit(0); // a candidate may have left threads running
  }

  /**
   * In a terminal it reaches both: the parent ends after the step at work, and needs its answer.
   */
  private static void leaveCtrlCToTheParent() {
    try {
      // compilers warn of these classes, and no option of theirs says that it is meant
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      signal
          .getMethod("handle", signal, handler)
          .invoke(
              null,
              signal.getConstructor(String.class).newInstance("INT"),
              handler.getField("SIG_IGN").get(null));
    } catch (ReflectiveOperationException e) {
      // then it ends the run as it did before
    }
  }

  /** A candidate that hangs reads no end of its input. */
  private static void endWithTheParent() {
    ProcessHandle.current()
        .parent()
        .ifPresent(
            parent -> {
              var unused = parent.onExit().thenRun(() -> Runtime.getRuntime().halt(0));
            });
  }

  private static ModelProvider find(String name) throws IOException {
    List<String> found = new ArrayList<>();
    try {
      for (ModelProvider provider : ServiceLoader.load(ModelProvider.class)) {
        if (name.equals(provider.name())) {
          return provider;
        }
        found.add("'" + provider.name() + "'");
      }
    } catch (ServiceConfigurationError | LinkageError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new NotFoundException("a provider cannot be loaded: " + cause);
    }
    throw new NotFoundException(
        "expected a provider called '%s' in META-INF/services/%s on --classpath, found %s"
            .formatted(
                name,
                ModelProvider.class.getName(),
                found.isEmpty() ? "none" : String.join(", ", found)));
  }
}
