package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.experiments.resume.DirectoryLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each mistake ends with its own exit code and one message, and leaves nothing. */
class BadInputTest {

  @TempDir Path temp;

  private void refused(int exitCode, Invocation run, String... said) {
    assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
    assertThat(run.err()).contains(said);
    PlainWords.assertIn(run.err());
    assertThat(temp.resolve("out")).doesNotExist();
  }

  private Invocation compare(String... args) {
    String[] all = new String[args.length + 4];
    all[0] = "compare";
    System.arraycopy(args, 0, all, 1, args.length);
    all[args.length + 1] = "--output";
    all[args.length + 2] = temp.resolve("out").toString();
    all[args.length + 3] = "-q";
    return Invocation.of(all);
  }

  private String digits() throws IOException {
    return "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  @Test
  void unknownExperiment() {
    refused(2, compare("tow-layer-net"), "tow-layer-net", "two-layer-net");
  }

  @Test
  void formatsAreRefusedBeforeAnyWork() {
    refused(2, compare("--format", "xml", "--data", "synthetic"), "--format", "'xml'");
    for (String command : new String[] {"bench", "verify"}) {
      Path output = temp.resolve("out");
      Invocation run = Invocation.of(command, "--format", "junit", "--output", output.toString());
      refused(2, run, "--format", command, "html", "junit");
    }
  }

  @Test
  void twoBenchesAtOnce() throws IOException {
    FileChannel other =
        DirectoryLock.open(BenchCommand.LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try (other) {
      refused(
          2,
          Invocation.of("bench", "--quick", "--output", temp.resolve("out").toString()),
          "another one is at work on this machine",
          "wait for it");
    }
  }

  @Test
  void noPlaceForParameters() {
    refused(
        4,
        compare("--data", "synthetic", "--save-parameters", temp + "/nowhere/net.npz"),
        "--save-parameters",
        "nowhere");
  }

  @Test
  void choicesAreListedAsTheyAreWritten() {
    refused(2, Invocation.of("list", "colours"), "experiments, layers", "colours");
    refused(2, compare("--alignment", "odd"), "aligned, stock");
    refused(2, compare("--phase", "sideways"), "forward, loss");
  }

  @Test
  void textInAnotherEncoding() throws IOException {
    Path file = temp.resolve("latin.yaml");
    Files.write(file, new byte[] {'#', ' ', (byte) 0xe9, '\n'});
    refused(4, compare(file.toString(), "--data", "synthetic"), "latin.yaml", "UTF-8");
    refused(4, compare("--dl4j-config", file.toString(), "--data", "synthetic"), "UTF-8");
    refused(
        4,
        Invocation.of("search", "--arbiter-space", file.toString(), "two-layer-net"),
        "latin.yaml",
        "UTF-8");
  }

  /** The second of two experiments is looked at before the first is trained. */
  @Test
  void aNetworkThatDoesNotFitTheData() throws IOException {
    Path file = temp.resolve("small.yaml");
    Files.writeString(
        file,
        """
        input: [10]
        layers:
          - affine: {units: 10}
        optimizer: {type: sgd, learningRate: 0.1}
        training: {batchSize: 20, steps: 30}
        """);
    refused(
        2,
        compare("two-layer-net", file.toString(), "--data", digits()),
        "reads 10 numbers",
        "a sample of this data set has 1×28×28 = 784 numbers");
  }

  /** Found on a resume: something else was begun there, and the message says what is allowed. */
  @Test
  void aDirectoryInWhichAnotherRunWasBegun() throws IOException {
    Path directory = temp.resolve("begun");
    Invocation first =
        Invocation.of(
            "compare",
            "two-layer-net",
            "--steps",
            "2",
            "training.batchSize=20",
            "-q",
            "--data",
            digits(),
            "--output",
            directory.toString());
    assertThat(first.exitCode()).as(first.err()).isZero();
    Invocation other =
        Invocation.of(
            "compare",
            "two-layer-net-relu",
            "--steps",
            "2",
            "training.batchSize=20",
            "-q",
            "--data",
            digits(),
            "--resume",
            directory.toString());
    refused(
        4, other, "experiment.id was two-layer-net, is now two-layer-net-relu", "--format alone");
    Invocation shown =
        Invocation.of("compare", "--resume", directory.toString(), "--format", "text,csv", "-q");
    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(directory.resolve("readings.csv")).exists();
  }

  @Test
  void aMisspeltNameIsToldWithTheNearest() {
    refused(2, compare("--candidate", "pytroch"), "found 'pytroch', nearest: pytorch, dl4j, numpy");
    refused(
        2,
        compare("two-layer-net", "optimizer.type=adamm"),
        "optimizer.type: found 'adamm', nearest: adam, nadam");
    refused(2, Invocation.of("search", "hyperparametres"), "nearest: hyperparameters, mlp-shape");
  }

  @Test
  void unknownOption() {
    refused(2, compare("--epoch", "3"), "--epoch");
  }

  @Test
  void unknownKey() {
    refused(
        2,
        compare("optimizer.learningRat=0.1", "--data", "synthetic"),
        "optimizer.learningRat",
        "valid keys",
        "learningRate");
  }

  @Test
  void unknownKeyInFileNamesFileAndLine() throws IOException {
    Path file = temp.resolve("mine.yaml");
    Files.writeString(
        file,
        """
        input: 784
        layers:
          - affine: {units: 10, unit: 5}
        optimizer: {type: sgd, learningRate: 0.1}
        training: {batchSize: 10, steps: 5}
        """);
    refused(2, compare(file.toString()), "mine.yaml:3", "unit", "units");
  }

  @Test
  void layerThatCannotFit() throws IOException {
    Path file = temp.resolve("mine.yaml");
    Files.writeString(
        file,
        """
        input: [1, 28, 28]
        layers:
          - conv: {filters: 4, size: 5}
          - conv: {filters: 4, size: 30}
          - affine: {units: 10}
        optimizer: {type: sgd, learningRate: 0.1}
        training: {batchSize: 10, steps: 5}
        """);
    refused(2, compare(file.toString()), "mine.yaml:4", "conv2", "30×30", "4×24×24");
  }

  @Test
  void truncatedFile() throws IOException {
    String data = digits();
    Path images = temp.resolve("digits/train-images-idx3-ubyte");
    byte[] bytes = Files.readAllBytes(images);
    Files.write(images, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    refused(4, compare("--data", data), "train-images-idx3-ubyte");
  }

  @Test
  void wrongMagicNumber() throws IOException {
    String data = digits();
    Path images = temp.resolve("digits/train-images-idx3-ubyte");
    byte[] bytes = Files.readAllBytes(images);
    ByteBuffer.wrap(bytes).putInt(0x01020304);
    Files.write(images, bytes);
    refused(4, compare("--data", data), "train-images-idx3-ubyte");
  }

  @Test
  void imagesAndLabelsOfDifferentCount() throws IOException {
    String data = digits();
    Files.copy(
        temp.resolve("digits/t10k-labels-idx1-ubyte"),
        temp.resolve("digits/train-labels-idx1-ubyte"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    refused(4, compare("--data", data), "600", "200");
  }

  @Test
  void checksumMismatch() throws IOException {
    digits();
    refused(
        4,
        compare("--data", "mnist", "--offline", "--data-dir", temp.resolve("digits").toString()),
        "train-images-idx3-ubyte");
  }

  @Test
  void missingDirectory() {
    refused(4, compare("--data", "idx:" + temp.resolve("nowhere")), "nowhere");
  }

  @Test
  void includeThatMatchesNothing() throws IOException {
    refused(5, compare("--data", digits(), "--include", "nosuch", "--steps", "2"), "--include");
  }

  @Test
  void unwritableOutput() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "in the way");
    Invocation run =
        Invocation.of("compare", "--data", digits(), "--output", file + "/out", "--steps", "2");
    refused(4, run, "file");
  }

  @Test
  void readOnlyOutput() throws IOException {
    Path directory = Files.createDirectories(temp.resolve("readonly"));
    assumeTrue(
        directory.toFile().setWritable(false) && !Files.isWritable(directory),
        "this user may write everywhere");
    Invocation run =
        Invocation.of(
            "compare", "--data", digits(), "--output", directory + "/out", "--steps", "2");
    refused(4, run, "readonly");
  }
}
