package dev.lockstep.core.data.mnist;

import java.nio.file.Path;

/**
 * A directory where MNIST may lie, and what was found there.
 *
 * @param name how the user knows the place, such as {@code --data-dir}
 * @param finding what is there, in a few words
 * @param usable whether MNIST is there, complete and unharmed
 */
public record MnistPlace(String name, Path directory, String finding, boolean usable) {

  @Override
  public String toString() {
    return "%s (%s): %s".formatted(directory, name, finding);
  }
}
