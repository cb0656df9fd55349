/**
 * A user's own Deeplearning4j network, read back from its JSON: {@link
 * dev.lockstep.dl4j.json.Dl4jConfiguration} is the network as a specification, with the conventions
 * that it leaves to DL4J.
 */
package dev.lockstep.dl4j.json;
