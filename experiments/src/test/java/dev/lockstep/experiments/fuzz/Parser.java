package dev.lockstep.experiments.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.lockstep.bridge.frame.FrameReader;
import dev.lockstep.bridge.frame.FrameWriter;
import dev.lockstep.bridge.frame.Header;
import dev.lockstep.bridge.trace.RecordedNetwork;
import dev.lockstep.bridge.trace.TraceReader;
import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.sources.Datasets;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.storage.NpzFile;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.yaml.YamlReader;
import dev.lockstep.dl4j.datavec.CsvDigits;
import dev.lockstep.dl4j.datavec.DigitImage;
import dev.lockstep.dl4j.json.Dl4jConfiguration;
import dev.lockstep.dl4j.json.TrainedOn;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.catalogue.Catalogue;
import dev.lockstep.experiments.figures.DrawingComparer;
import dev.lockstep.experiments.search.arbiter.ArbiterSpace;
import dev.lockstep.experiments.search.space.Spaces;
import dev.lockstep.report.Format;
import dev.lockstep.report.Reports;
import dev.lockstep.report.ResultJson;
import dev.lockstep.report.SampleRuns;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.deeplearning4j.arbiter.MultiLayerSpace;
import org.deeplearning4j.arbiter.layers.DenseLayerSpace;
import org.deeplearning4j.arbiter.layers.OutputLayerSpace;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Everything that reads what a user, or a stranger, feeds in. Whatever the bytes, a parser gives a
 * value or throws one of the exceptions that end in a message.
 */
enum Parser {
  /** The images of a data set whose other three files are sound. */
  IDX {
    @Override
    void parse(byte[] bytes, Path directory) throws IOException {
      Path digits = Files.createDirectories(directory.resolve("digits"));
      Files.write(digits.resolve("train-images-idx3-ubyte"), bytes);
      Files.write(digits.resolve("train-labels-idx1-ubyte"), labels());
      Files.write(digits.resolve("t10k-images-idx3-ubyte"), images());
      Files.write(digits.resolve("t10k-labels-idx1-ubyte"), labels());
      Datasets.readIdx(digits);
    }

    @Override
    List<byte[]> samples() throws IOException {
      ByteArrayOutputStream zipped = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
        out.write(images());
      }
      return List.of(images(), zipped.toByteArray());
    }
  },

  /** A whole archive of tensors. */
  NPZ {
    @Override
    void parse(byte[] bytes, Path directory) throws IOException {
      NpzFile.read(Files.write(directory.resolve("parameters.npz"), bytes));
    }

    @Override
    List<byte[]> samples() throws IOException {
      return List.of(archive(), zipped("affine1/W.npy", array()));
    }
  },

  /** One array in an otherwise sound archive: no checksum stands in the fuzzer's way. */
  NPY {
    @Override
    void parse(byte[] bytes, Path directory) throws IOException {
      NpzFile.read(Files.write(directory.resolve("array.npz"), zipped("affine1/W.npy", bytes)));
    }

    @Override
    List<byte[]> samples() throws IOException {
      return List.of(array());
    }
  },

  /** An answer of a program, and whatever comes after it. */
  FRAME {
    @Override
    void parse(byte[] bytes, Path directory) {
      FrameReader in = new FrameReader(new ByteArrayInputStream(bytes));
      try {
        while (true) {
          for (Header.Entry entry : in.header(FRAME_NUMBERS).entries()) {
            in.read(entry);
          }
        }
      } catch (EOFException e) {
        // where every stream of answers ends
      } catch (IOException e) {
        throw new InputException(String.valueOf(e.getMessage()), e);
      }
    }

    @Override
    List<byte[]> samples() throws IOException {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      FrameWriter writer = new FrameWriter(out);
      writer.write(Map.of("message", "close", "id", "1"), Map.of());
      writer.write(
          Map.of("message", "step", "id", "2"),
          Map.of("loss", Tensor.scalar(0.5), "forward a/out", Tensor.of(Shape.of(1, 2), 1, 2)));
      return List.of(out.toByteArray(), frame("I64", 16), frame("F32", 8), frame("U8", 2));
    }

    private byte[] frame(String type, int bytes) {
      byte[] header =
          "{\"__metadata__\":{},\"a\":{\"dtype\":\"%s\",\"shape\":[2],\"data_offsets\":[0,%d]}}"
              .formatted(type, bytes)
              .getBytes(StandardCharsets.UTF_8);
      return ByteBuffer.allocate(Long.BYTES + header.length + bytes)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(header.length)
          .put(header)
          .array();
    }
  },

  /** A recorded run. */
  TRACE {
    @Override
    void parse(byte[] bytes, Path directory) throws IOException {
      Path file = Files.write(directory.resolve("run.npz"), bytes);
      try (TraceReader reader = new TraceReader(file, FRAME_NUMBERS)) {
        while (reader.next().isPresent()) {
          // every step
        }
      }
    }

    @Override
    List<byte[]> samples() {
      Map<String, byte[]> entries = new LinkedHashMap<>();
      entries.put("manifest.json", "{\"lockstepTrace\": 1}".getBytes(StandardCharsets.UTF_8));
      for (String name : List.of("before/a/W", "x", "t", "mask/d", "forward/a/out")) {
        entries.put("step-1/" + name + ".npy", array());
      }
      entries.put("step-1/tap/forward/a/out.json", "\"a.py:1\"".getBytes(StandardCharsets.UTF_8));
      entries.put("step-1/complete.npy", array());
      byte[] whole = zipped(entries);
      return List.of(whole, Arrays.copyOf(whole, whole.length / 2));
    }
  },

  /**
   * One entry of a recorded run, its name on the first line, after a step that lacks nothing but
   * its end: no checksum stands in the fuzzer's way.
   */
  TRACE_ENTRY {
    @Override
    void parse(byte[] bytes, Path directory) throws IOException {
      int end = 0;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      String name = new String(bytes, 0, end, StandardCharsets.UTF_8);
      Map<String, byte[]> entries = new LinkedHashMap<>();
      entries.put("manifest.json", "{\"lockstepTrace\": 1}".getBytes(StandardCharsets.UTF_8));
      for (String state : List.of("before", "update")) {
        entries.put("step-1/%s/affine1/W.npy".formatted(state), array());
        entries.put("step-1/%s/affine1/b.npy".formatted(state), array("(2,)", 2));
      }
      entries.put("step-1/x.npy", array("(1, 1)", 1));
      entries.put("step-1/t.npy", array());
      byte[] content = Arrays.copyOfRange(bytes, Math.min(end + 1, bytes.length), bytes.length);
      if (name.length() > MOST_OF_A_NAME) {
        return;
      }
      entries.put(name, content);
      entries.put("step-1/complete.npy", array());
      try (RecordedNetwork run =
          new RecordedNetwork(
              Files.write(directory.resolve("run.npz"), zipped(entries)), RECORDED)) {
        while (run.next() != null) {
          // every step
        }
      }
    }

    @Override
    List<byte[]> samples() {
      List<byte[]> samples = new ArrayList<>();
      samples.add(entry("step-1/x.npy", array("(1, 1)", 1)));
      samples.add(entry("step-1/forward/affine1/out.npy", array()));
      samples.add(entry("step-1/mask/dropout1.npy", array()));
      samples.add(
          entry("step-1/tap/loss/loss/value.json", "\"a\"".getBytes(StandardCharsets.UTF_8)));
      return samples;
    }

    private byte[] entry(String name, byte[] content) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes((name + "\n").getBytes(StandardCharsets.UTF_8));
      out.writeBytes(content);
      return out.toByteArray();
    }
  },

  /** An experiment file, up to the specification of its networks. */
  EXPERIMENT {
    @Override
    void parse(byte[] bytes, Path directory) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      new ExperimentFile("mine", YamlReader.parse("mine.yaml", text), directory)
          .experiments(Map.of());
    }

    @Override
    List<byte[]> samples() {
      return Catalogue.ids().stream()
          .filter(id -> !DrawingComparer.isDrawing(Catalogue.find(id)))
          .map(id -> Catalogue.text(id).getBytes(StandardCharsets.UTF_8))
          .toList();
    }
  },

  /** Labelled images as numbers. */
  CSV {
    @Override
    void parse(byte[] bytes, Path directory) throws IOException {
      CsvDigits.read(Files.write(directory.resolve("digits.csv"), bytes), DataSpec.FOUND);
    }

    @Override
    List<byte[]> samples() {
      return List.of(
          ("label,a,b,c,d\n" + "1,0,2,3,4\n0,5,\"6\",255,8\n".repeat(4))
              .getBytes(StandardCharsets.UTF_8),
          "1,0,0,0,40\r\n2,9,9,9,99\r\n".repeat(4).getBytes(StandardCharsets.UTF_8));
    }
  },

  /** What {@code MultiLayerConfiguration.toJson()} gives. */
  DL4J_CONFIGURATION {
    @Override
    void parse(byte[] bytes, Path directory) {
      Dl4jConfiguration.parse(
          new String(bytes, StandardCharsets.UTF_8), TrainedOn.samples(Shape.of(1, 2, 2)));
    }

    @Override
    List<byte[]> samples() {
      return List.of(configuration().getBytes(StandardCharsets.UTF_8));
    }
  },

  /** A picture of a digit. */
  IMAGE {
    @Override
    void parse(byte[] bytes, Path directory) throws IOException {
      DigitImage.read(Files.write(directory.resolve("digit.png"), bytes));
    }

    @Override
    List<byte[]> samples() throws IOException {
      List<byte[]> samples = new ArrayList<>();
      for (String format : List.of("png", "jpeg")) {
        BufferedImage image = new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB);
        image.setRGB(4, 3, 0xffffff);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        samples.add(out.toByteArray());
      }
      return samples;
    }
  },

  /** What a search tries. */
  SPACE {
    @Override
    void parse(byte[] bytes, Path directory) throws IOException {
      Spaces.find(Files.write(directory.resolve("space.yaml"), bytes).toString());
    }

    @Override
    List<byte[]> samples() {
      return List.of(
          """
          shows: learning rates
          experiment: two-layer-net
          validation: 0.2
          trials: 20
          space:
            optimizer.learningRate: {logUniform: [1e-6, 1e-2]}
            weightDecay: {uniform: [0, 1e-4]}
          """
              .getBytes(StandardCharsets.UTF_8));
    }
  },

  /** What {@code MultiLayerSpace.toJson()} of Arbiter gives. */
  ARBITER_SPACE {
    @Override
    void parse(byte[] bytes, Path directory) throws IOException {
      Path file = Files.write(directory.resolve("space.json"), bytes);
      ExperimentFile settings = Catalogue.find("two-layer-net");
      ArbiterSpace.read(file, "what varies", "two-layer-net", settings, null, Precision.DOUBLE)
          .requireFit();
    }

    @Override
    List<byte[]> samples() {
      return List.of(arbiterSpace().getBytes(StandardCharsets.UTF_8));
    }
  },

  /** What a run came to, from which the report over several runs is made once more. */
  RESULT {
    @Override
    void parse(byte[] bytes, Path directory) throws IOException {
      RunResult result = ResultJson.read(Files.write(directory.resolve("result.json"), bytes));
      Reports.write(directory, EnumSet.allOf(Format.class), result);
    }

    @Override
    List<byte[]> samples() throws IOException {
      return List.of(shortened(SampleRuns.agreeing(1)), shortened(SampleRuns.differing(1)));
    }

    /** A fuzzer gets nowhere with a megabyte. */
    private byte[] shortened(RunResult result) throws IOException {
      JsonMapper mapper = new JsonMapper();
      JsonNode tree = mapper.readTree(ResultJson.write(result));
      shorten(tree);
      return mapper.writeValueAsBytes(tree);
    }

    private void shorten(JsonNode node) {
      if (node instanceof ArrayNode array) {
        while (array.size() > 2) {
          array.remove(array.size() - 1);
        }
      }
      node.forEach(this::shorten);
    }
  };

  /** Far more than the samples hold, and little enough for the fuzzer's heap. */
  private static final int FRAME_NUMBERS = 1 << 20;

  /** A ZIP archive has room for no longer one. */
  private static final int MOST_OF_A_NAME = 1000;

  private static final NetworkSpec RECORDED =
      new NetworkSpec(
          Shape.of(1),
          List.of(new LayerSpec.Affine("affine1", 2, new InitialValues.He())),
          new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0),
          0,
          new OptimizerSpec.Sgd(LearningRate.constant(0.1)));

  private static final int SIDE = 2;
  private static final int ITEMS = 3;

  /**
   * Reads what the bytes say.
   *
   * @param directory of this parser's own, to put files into
   */
  abstract void parse(byte[] bytes, Path directory) throws IOException;

  /** Returns sound inputs, from which a fuzzer sets out. */
  abstract List<byte[]> samples() throws IOException;

  private static byte[] images() {
    ByteBuffer file = ByteBuffer.allocate(4 * Integer.BYTES + ITEMS * SIDE * SIDE);
    return file.putInt(0x0803).putInt(ITEMS).putInt(SIDE).putInt(SIDE).array();
  }

  private static byte[] labels() {
    ByteBuffer file = ByteBuffer.allocate(2 * Integer.BYTES + ITEMS);
    return file.putInt(0x0801).putInt(ITEMS).put(new byte[] {0, 1, 2}).array();
  }

  private static byte[] archive() throws IOException {
    Path file = Files.createTempFile("sample", ".npz");
    NpzFile.write(file, Map.of("affine1/W", Tensor.of(Shape.of(2, 1), 0.5, -1)));
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    return bytes;
  }

  private static byte[] array() {
    return array("(1, 2)", 2);
  }

  private static byte[] array(String shape, int numbers) {
    String header = "{'descr': '<f8', 'fortran_order': False, 'shape': %s, }".formatted(shape);
    byte[] padded =
        (" ".repeat(128 - 10 - header.length() - 1) + "\n").getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    out.writeBytes(header.getBytes(StandardCharsets.UTF_8));
    out.writeBytes(padded);
    out.writeBytes(new byte[numbers * Double.BYTES]);
    return out.toByteArray();
  }

  static byte[] zipped(String name, byte[] content) {
    return zipped(Map.of(name, content));
  }

  static byte[] zipped(Map<String, byte[]> entries) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> content : entries.entrySet()) {
        CRC32 checksum = new CRC32();
        checksum.update(content.getValue());
        ZipEntry entry = new ZipEntry(content.getKey());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.getValue().length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String arbiterSpace() {
    return new MultiLayerSpace.Builder()
        .setInputType(InputType.feedForward(784))
        .addLayer(
            new DenseLayerSpace.Builder().nOut(new IntegerParameterSpace(2, 9)).build(),
            new FixedValue<>(1))
        .addLayer(
            new OutputLayerSpace.Builder()
                .nOut(10)
                .activation(Activation.SOFTMAX)
                .lossFunction(LossFunctions.LossFunction.MCXENT)
                .build())
        .build()
        .toJson();
  }

  private static String configuration() {
    return new NeuralNetConfiguration.Builder()
        .list()
        .layer(new DenseLayer.Builder().nIn(4).nOut(3).activation(Activation.RELU).build())
        .layer(
            new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nIn(3)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build())
        .build()
        .toJson();
  }
}
