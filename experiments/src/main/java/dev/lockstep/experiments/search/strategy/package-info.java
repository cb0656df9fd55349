/** Which candidates are tried: Arbiter's generators, the book's narrowing, and what tames them. */
package dev.lockstep.experiments.search.strategy;
