package dev.lockstep.core.data;

/**
 * Images to train on and images to test with.
 *
 * @param name such as {@code mnist} or {@code synthetic}
 * @param sha256 of the uncompressed pixels and labels of both splits, hexadecimal
 * @param notice what a reader of the report must know about where it came from; empty if nothing
 */
public record Dataset(String name, Split train, Split test, String sha256, String notice) {}
