package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.DataSpec.Colour;
import dev.lockstep.core.data.DataSpec.Scaling;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Features;
import dev.lockstep.core.data.HoldBack;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Targets;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.wording.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Labelled images from a directory with one folder per label; folders inside a label's folder
 * belong to it. Images are taken as they are, of any size, grey or in colour; with {@code digits}
 * each is brought into MNIST's form by {@link DigitImage}.
 *
 * <p>Classes count the folders in the order of their names; of digits, folders named by whole
 * numbers give their number as the class, and there are at least ten. Images come in the order of
 * their file names, whatever their folder.
 */
public final class ImageFolders {

  private static final List<String> TRAIN = List.of("train", "training");
  private static final List<String> TEST = List.of("test", "testing");
  private static final List<String> VALIDATION = List.of("val", "valid", "validation", "dev");

  /** Folders that archives and systems leave. */
  private static final List<String> LEFT_BEHIND = List.of("__MACOSX");

  private static final int MOST_NAMED = 10;

  private static final Comparator<Labelled> BY_NAME_THEN_LABEL =
      Comparator.comparing((Labelled image) -> name(image.file()), NaturalOrder.NAMES)
          .thenComparing(Labelled::label, NaturalOrder.NAMES)
          .thenComparing(image -> image.file().toString(), NaturalOrder.NAMES);

  private final DataSpec spec;
  private final List<Path> skipped = new ArrayList<>();
  private final List<String> reading = new ArrayList<>();

  private ImageFolders(DataSpec spec) {
    this.spec = spec;
  }

  private record Labelled(Path file, String label) {}

  /**
   * @param directory with a folder for every label, of whose images some are held back for testing;
   *     or with two such directories, {@code train} (or {@code training}) and {@code test} (or
   *     {@code testing}, or {@code val}), in small letters or capitals
   * @throws InputException if a folder is missing or empty, an image cannot be read or has another
   *     size than the others; names it
   */
  public static Dataset read(Path directory, DataSpec spec) {
    return new ImageFolders(spec).dataset(directory);
  }

  private Dataset dataset(Path directory) {
    String name = "images:" + directory.toAbsolutePath().normalize().getFileName();
    List<Path> folders = folders(directory);
    List<Path> train = named(folders, TRAIN);
    List<Path> test = named(folders, TEST);
    List<Path> validation = named(folders, VALIDATION);
    if (train.size() == 1 && test.isEmpty() && validation.size() == 1) {
      test = validation;
    }
    Dataset read =
        train.size() == 1 && test.size() == 1
            ? pair(name, directory, train.get(0), test.get(0))
            : whole(name, directory, folders);
    if (train.size() == 1 && test.size() == 1) {
      Path tested = test.get(0);
      folders.stream()
          .filter(folder -> !folder.equals(train.get(0)) && !folder.equals(tested))
          .forEach(folder -> reading.add("the folder " + name(folder) + " is not used"));
    }
    if (!skipped.isEmpty()) {
      reading.add(
          String.format(
              Locale.ROOT,
              "%d files that are not PNG or JPEG images in a label's folder were passed over: %s%s",
              skipped.size(),
              skipped.stream()
                  .limit(MOST_NAMED)
                  .map(file -> directory.relativize(file).toString())
                  .collect(Collectors.joining(", ")),
              skipped.size() > MOST_NAMED ? ", …" : ""));
    }
    return read.read(reading);
  }

  private Dataset pair(String name, Path directory, Path train, Path test) {
    List<Labelled> trainImages = images(train, folders(train));
    List<Labelled> testImages = images(test, folders(test));
    Split all = split(directory, Stream.of(trainImages, testImages).flatMap(List::stream).toList());
    int count = trainImages.size();
    reading.add(
        "training and test images are in folders of their own, "
            + name(train)
            + " and "
            + name(test));
    return Dataset.of(
        name, all.select(Split.range(0, count)), all.select(Split.range(count, all.size())), "");
  }

  private Dataset whole(String name, Path directory, List<Path> folders) {
    Split all = split(directory, images(directory, folders));
    if (spec.images().digits()) {
      return Digits.heldOut(name, directory, all, reading);
    }
    int[] labels = Split.range(0, all.size());
    for (int i = 0; i < labels.length; i++) {
      labels[i] = all.label(i);
    }
    HoldBack parts = HoldBack.of(spec.division(), labels, all.size(), directory.toString());
    reading.add(parts.statement());
    return Dataset.of(name, all.select(parts.train()), all.select(parts.test()), "");
  }

  private static List<Path> named(List<Path> folders, List<String> names) {
    return folders.stream()
        .filter(folder -> names.contains(name(folder).toLowerCase(Locale.ROOT)))
        .toList();
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  /** Lists the images in the folders of a directory, whatever folders they are in inside them. */
  private List<Labelled> images(Path directory, List<Path> folders) {
    if (folders.isEmpty()) {
      throw new InputException(
          directory
              + ": expected a folder for every label, found none; put the images of each class into a"
              + " folder of its name");
    }
    skipped.addAll(list(directory, Files::isRegularFile));
    List<Labelled> images = new ArrayList<>();
    for (Path folder : folders) {
      List<Path> found = filesIn(folder);
      if (found.stream().noneMatch(ImageFolderRecordReader::isImage)) {
        throw new InputException(
            folder + ": expected PNG or JPEG images in it, found " + instead(found));
      }
      for (Path file : found) {
        if (ImageFolderRecordReader.isImage(file)) {
          images.add(new Labelled(file, name(folder)));
        } else {
          skipped.add(file);
        }
      }
    }
    images.sort(BY_NAME_THEN_LABEL);
    return images;
  }

  private static String instead(List<Path> files) {
    String endings =
        files.stream()
            .map(file -> name(file).replaceFirst("^.*(?=[.])", ""))
            .distinct()
            .sorted()
            .limit(MOST_NAMED)
            .collect(Collectors.joining(", "));
    return files.isEmpty()
        ? "none"
        : "%d files of other kinds (%s); convert them to PNG".formatted(files.size(), endings);
  }

  private static List<Path> filesIn(Path folder) {
    List<Path> files = new ArrayList<>(list(folder, Files::isRegularFile));
    folders(folder).forEach(inside -> files.addAll(filesIn(inside)));
    return files;
  }

  private static List<Path> folders(Path directory) {
    return list(directory, entry -> Files.isDirectory(entry) && !LEFT_BEHIND.contains(name(entry)));
  }

  /** Lists what is not hidden. */
  private static List<Path> list(Path directory, Predicate<Path> kind) {
    if (!Files.isDirectory(directory)) {
      throw new InputException(
          directory
              + ": expected a directory with a folder of images for every label, found "
              + (Files.exists(directory) ? "a file" : "nothing"));
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(entry -> !name(entry).startsWith(".")).filter(kind).sorted().toList();
    } catch (IOException e) {
      throw new InputException(directory + ": cannot be listed: " + Reasons.of(e), e);
    }
  }

  private Split split(Path directory, List<Labelled> images) {
    FolderLabels labels =
        new FolderLabels(
            directory.toString(),
            images.stream().map(Labelled::label).toList(),
            spec.images().digits());
    int[] classes = images.stream().mapToInt(image -> labels.classOf(image.label())).toArray();
    if (labels.names().size() < 2) {
      throw new InputException(
          "%s: expected a folder for each of at least two classes, found %s"
              .formatted(directory, labels.names()));
    }
    reading.add(
        "the classes are %s, by the names of the folders"
            .formatted(String.join(", ", labels.names())));
    Targets targets = Targets.classes(new Task(Task.Kind.CLASS, labels.names()), classes);
    return spec.images().digits() ? digits(images, targets) : photographs(images, targets);
  }

  private Split digits(List<Labelled> images, Targets targets) {
    int length = DigitImage.SIDE * DigitImage.SIDE;
    byte[] pixels = new byte[size(images.size(), length)];
    for (int i = 0; i < images.size(); i++) {
      System.arraycopy(DigitImage.read(images.get(i).file()), 0, pixels, i * length, length);
    }
    reading.add("every image is brought into MNIST's form: 28×28, light on dark, centred");
    return new Split(
        Shape.of(1, DigitImage.SIDE, DigitImage.SIDE),
        Features.pixels(pixels, GreyImage.WHITE),
        targets);
  }

  private static int size(int images, int length) {
    if ((long) images * length > Integer.MAX_VALUE) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "expected at most %d images, found %d; make them smaller by data.size",
              Integer.MAX_VALUE / length,
              images));
    }
    return images * length;
  }

  private Split photographs(List<Labelled> images, Targets targets) {
    DataSpec.Images form = spec.images();
    List<ColourImage> read = new ArrayList<>();
    boolean coloured = form.colour() == Colour.RGB;
    for (Labelled image : images) {
      ColourImage colours = ColourImage.read(image.file());
      ColourImage kept = form.colour() == Colour.GREY ? colours.grey() : colours;
      if (form.height() != null && form.width() != null) {
        kept = kept.resized(form.height(), form.width());
      } else if (!read.isEmpty()) {
        requireSizeOf(read.get(0), images.get(0).file(), kept, image.file());
      }
      coloured |= !kept.isGrey();
      read.add(kept);
    }
    int height = read.get(0).height();
    int width = read.get(0).width();
    int channels = coloured ? 3 : 1;
    int length = channels * height * width;
    byte[] pixels = new byte[size(read.size(), length)];
    for (int i = 0; i < read.size(); i++) {
      ColourImage image = coloured ? read.get(i).rgb() : read.get(i);
      System.arraycopy(image.planes(), 0, pixels, i * length, length);
    }
    reading.add(
        String.format(
            Locale.ROOT,
            "images are %d×%d, %s%s",
            height,
            width,
            coloured
                ? "red, green and blue"
                : form.colour() == Colour.GREY
                    ? "made grey"
                    : "grey, as all of them are; data.colour=rgb keeps three channels",
            form.height() == null ? ", as they are" : ", resized"));
    return new Split(
        Shape.of(channels, height, width), Features.pixels(pixels, divisor()), targets);
  }

  private double divisor() {
    Scaling said = spec.scaling();
    double divisor = said == null ? GreyImage.WHITE : said.divisor();
    if (said != null && said.kind() != Scaling.Kind.NONE && said.kind() != Scaling.Kind.DIVIDE) {
      throw new InputException(
          "data.scale: expected none or a number to divide the pixels of images by, found "
              + said.kind().id());
    }
    reading.add(
        divisor == 1 ? "pixels are 0 to 255" : "pixels are divided by " + Tables.rounded(divisor));
    return divisor;
  }

  private static void requireSizeOf(
      ColourImage first, Path firstFile, ColourImage image, Path file) {
    if (image.width() != first.width() || image.height() != first.height()) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: expected %d×%d pixels as in %s, found %d×%d; say data.size=[HEIGHT, WIDTH] to resize all of them",
              file,
              first.height(),
              first.width(),
              firstFile,
              image.height(),
              image.width()));
    }
  }
}
