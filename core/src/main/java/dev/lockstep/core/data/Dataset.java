package dev.lockstep.core.data;

import java.security.MessageDigest;

/**
 * Images to train on and images to test with.
 *
 * @param name such as {@code mnist} or {@code synthetic}
 * @param sha256 of the uncompressed pixels and labels of both splits, hexadecimal
 * @param notice what a reader of the report must know about where it came from; empty if nothing
 */
public record Dataset(String name, Split train, Split test, String sha256, String notice) {

  /** Returns a data set with its hash: training pixels, training labels, then the test ones. */
  public static Dataset of(String name, Split train, Split test, String notice) {
    MessageDigest digest = Sha256.digest();
    train.addTo(digest);
    test.addTo(digest);
    return new Dataset(name, train, test, Sha256.hex(digest), notice);
  }

  /** Returns the same images with another notice. */
  Dataset withNotice(String otherNotice) {
    return new Dataset(name, train, test, sha256, otherNotice);
  }
}
