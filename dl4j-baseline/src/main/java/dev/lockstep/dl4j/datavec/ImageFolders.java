package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.datavec.api.split.CollectionInputSplit;

/**
 * Labelled images from a directory with one folder per label, each image brought into MNIST's form
 * by {@link DigitImage}.
 *
 * <p>Folders named by whole numbers give their number as the class, and there are at least ten;
 * others are counted in the order of their names. Images come in the order of their file names,
 * whatever their folder.
 */
public final class ImageFolders {

  private static final List<String> TRAIN = List.of("train", "training");
  private static final List<String> TEST = List.of("test", "testing");

  private ImageFolders() {}

  /**
   * @param directory with a folder for every label, of whose images every seventh is held back for
   *     testing; or with two such directories, {@code train} (or {@code training}) and {@code test}
   *     (or {@code testing})
   * @throws InputException if a folder is missing or empty or an image cannot be read; names it
   */
  public static Dataset read(Path directory) {
    String name = "images:" + directory.toAbsolutePath().normalize().getFileName();
    List<Path> folders = list(directory, Files::isDirectory);
    List<Path> train = named(folders, TRAIN);
    List<Path> test = named(folders, TEST);
    if (train.size() == 1 && test.size() == 1) {
      return pair(name, train.get(0), test.get(0));
    }
    List<Path> files = new ArrayList<>();
    FolderLabels labels = new FolderLabels(directory.toString(), labelFolders(directory, files));
    return Digits.heldOut(name, directory, split(labels, files), passedOver(files));
  }

  private static Dataset pair(String name, Path train, Path test) {
    List<Path> trainFiles = new ArrayList<>();
    List<Path> testFiles = new ArrayList<>();
    List<String> names = new ArrayList<>(labelFolders(train, trainFiles));
    names.addAll(labelFolders(test, testFiles));
    FolderLabels labels = new FolderLabels(train + ", " + test, names);
    Split trainSplit = split(labels, trainFiles);
    Split testSplit = split(labels, testFiles);
    trainFiles.addAll(testFiles);
    return Dataset.of(name, trainSplit, testSplit, passedOver(trainFiles));
  }

  private static List<Path> named(List<Path> folders, List<String> names) {
    return folders.stream()
        .filter(folder -> names.contains(folder.getFileName().toString()))
        .toList();
  }

  /** Returns the names of the folders in a directory and adds the files in them to a list. */
  private static List<String> labelFolders(Path directory, List<Path> files) {
    List<Path> folders = list(directory, Files::isDirectory);
    if (folders.isEmpty()) {
      throw new InputException(directory + ": expected a folder for every label, found none");
    }
    for (Path folder : folders) {
      List<Path> found = list(folder, Files::isRegularFile);
      if (found.stream().noneMatch(ImageFolderRecordReader::isImage)) {
        throw new InputException(folder + ": expected PNG or JPEG images in it, found none");
      }
      files.addAll(found);
    }
    return folders.stream().map(folder -> folder.getFileName().toString()).toList();
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
      return entries
          .filter(entry -> !entry.getFileName().toString().startsWith("."))
          .filter(kind)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new InputException(directory + ": cannot be listed: " + e, e);
    }
  }

  private static Split split(FolderLabels labels, List<Path> files) {
    List<URI> locations = files.stream().map(Path::toUri).toList();
    try (ImageFolderRecordReader reader = new ImageFolderRecordReader(labels)) {
      reader.initialize(new CollectionInputSplit(locations));
      return reader.split();
    } catch (IOException e) {
      throw new InputException("the images cannot be read: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException("reading the images was interrupted", e);
    }
  }

  private static String passedOver(List<Path> files) {
    long others = files.stream().filter(file -> !ImageFolderRecordReader.isImage(file)).count();
    return others == 0 ? "" : others + " files that are not PNG or JPEG were passed over";
  }
}
