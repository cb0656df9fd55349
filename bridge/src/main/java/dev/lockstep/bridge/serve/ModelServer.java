package dev.lockstep.bridge.serve;

import dev.lockstep.bridge.frame.FrameReader;
import dev.lockstep.bridge.frame.FrameWriter;
import dev.lockstep.bridge.frame.Header;
import dev.lockstep.bridge.program.NetworkText;
import dev.lockstep.bridge.program.ProgramProvider;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers questions about models, one after another, until there are no more. */
final class ModelServer {

  private final String name;
  private final Finder finder;
  private final FrameReader in;
  private final FrameWriter out;
  private final OutputStream stream;
  private final Map<String, Model> models = new HashMap<>();
  private @Nullable ModelProvider provider;

  /** Finds the provider; what it throws is told where the first model is asked for. */
  @FunctionalInterface
  interface Finder {
    ModelProvider find() throws IOException;
  }

  /** An answer in the making. */
  private record Answer(Map<String, String> metadata, Map<String, Tensor> tensors) {}

  /**
   * @param name by which the provider is found
   */
  ModelServer(String name, Finder finder, InputStream in, OutputStream out) {
    this.name = name;
    this.finder = finder;
    this.in = new FrameReader(in);
    this.out = new FrameWriter(out);
    this.stream = out;
  }

  void run() throws IOException {
    stream.write(ProgramProvider.GREETING.getBytes(StandardCharsets.UTF_8));
    stream.flush();
    boolean goesOn = true;
    while (goesOn) {
      Header question;
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      try {
        question = in.header(Long.MAX_VALUE);
        for (Header.Entry entry : question.entries()) {
          tensors.put(entry.name(), in.read(entry));
        }
      } catch (EOFException e) {
        return;
      }
      Answer answer = answer(question, tensors);
      out.write(answer.metadata(), answer.tensors());
      goesOn =
          !question.text("message").equals("close") || question.metadata().containsKey("model");
    }
  }

  /** Whatever a candidate throws, errors of the machine included, is its answer. */
  @SuppressWarnings("CatchAndPrintStackTrace") // standard error is where a candidate's is read
  private Answer answer(Header question, Map<String, Tensor> tensors) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("message", question.metadata().getOrDefault("message", ""));
    metadata.put("id", question.metadata().getOrDefault("id", ""));
    try {
      return new Answer(metadata, answer(question, tensors, metadata));
    } catch (UsageException | NotFoundException e) {
      return failure(metadata, "unsupported", String.valueOf(e.getMessage()));
    } catch (Throwable thrown) {
      thrown.printStackTrace();
      return failure(metadata, "failed", described(thrown));
    }
  }

  private static Answer failure(Map<String, String> metadata, String kind, String text) {
    metadata.put("message", "error");
    metadata.put("kind", kind);
    metadata.put("text", text);
    return new Answer(metadata, Map.of());
  }

  private static String described(Throwable thrown) {
    return Arrays.stream(thrown.getStackTrace())
        .findFirst()
        .map(frame -> thrown + " at " + frame)
        .orElse(thrown.toString());
  }

  private Map<String, Tensor> answer(
      Header question, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    String message = question.text("message");
    switch (message) {
      case "hello" -> {
        metadata.put("version", ProgramProvider.VERSION);
        metadata.put("name", name);
        return Map.of();
      }
      case "create" -> {
        ModelProvider found = provider == null ? finder.find() : provider;
        provider = found;
        models.put(
            question.text("model"),
            answered(found.create(NetworkText.read(question.text("network")))));
        return Map.of();
      }
      case "restore" -> {
        model(question).restore(new ModelState(question.number("step"), tensors));
        return Map.of();
      }
      case "step" -> {
        return step(question, tensors);
      }
      case "predict" -> {
        return Map.of("y", answered(model(question).predict(given(tensors, "x"))));
      }
      case "state" -> {
        ModelState state = answered(model(question).state());
        metadata.put("step", Long.toString(state.step()));
        return state.tensors();
      }
      case "close" -> {
        Model model = models.remove(question.metadata().getOrDefault("model", ""));
        if (model != null) {
          model.close();
        }
        return Map.of();
      }
      default -> throw new IOException("expected a question, found '" + message + "'");
    }
  }

  private Map<String, Tensor> step(Header question, Map<String, Tensor> tensors)
      throws IOException {
    Map<String, Tensor> shown = new LinkedHashMap<>();
    boolean watches = question.text("observe").equals("true");
    Observer observer =
        new Observer() {
          @Override
          public boolean watches() {
            return watches;
          }

          @Override
          public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
            if (watches) {
              shown.put(phase.id() + " " + path, answered(tensor.get()).copy());
            }
          }
        };
    double loss =
        model(question)
            .step(
                new Batch(question.number("step"), given(tensors, "x"), given(tensors, "t")),
                (layer, ratio, shape) -> given(tensors, "mask " + layer),
                observer);
    shown.put("loss", Tensor.scalar(loss));
    return shown;
  }

  private Model model(Header question) throws IOException {
    Model model = models.get(question.text("model"));
    if (model == null) {
      throw new IOException("expected a model that was built before");
    }
    return model;
  }

  private static Tensor given(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /** A candidate may return null, whatever its types say. */
  private static <T> T answered(@Nullable T answer) {
    return Objects.requireNonNull(answer, "expected a value, found null");
  }
}
