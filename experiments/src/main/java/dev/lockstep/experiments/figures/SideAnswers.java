package dev.lockstep.experiments.figures;

import dev.lockstep.core.compare.judging.Classification;

/** What one side says of the test images. */
public record SideAnswers(String name, Classification answers) {}
