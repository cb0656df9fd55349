package dev.lockstep.experiments.bench;

/**
 * One measurement.
 *
 * @param threads that the contender may use
 * @param warmUpSeconds before anything counts
 * @param seconds that count
 */
record Job(
    Contender contender, Subject subject, Task task, int threads, int warmUpSeconds, int seconds) {}
