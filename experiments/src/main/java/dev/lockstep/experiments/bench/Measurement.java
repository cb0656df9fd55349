package dev.lockstep.experiments.bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

/**
 * What one process found.
 *
 * @param peakHeapMiB the most that the Java heap held, garbage included; null outside of Java
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Measurement(double samplesPerSecond, @Nullable Double peakHeapMiB) {}
