/**
 * Networks that Deeplearning4j alone can build, seen from outside: {@link
 * dev.lockstep.dl4j.open.OpenConfiguration} reads what DL4J's {@code toJson()} wrote, whatever
 * layers there are, and {@link dev.lockstep.dl4j.open.OpenProvider} trains it as it is.
 */
package dev.lockstep.dl4j.open;
