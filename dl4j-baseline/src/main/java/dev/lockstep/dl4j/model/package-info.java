/**
 * The networks of a {@link dev.lockstep.core.network.NetworkSpec} in Deeplearning4j: {@link
 * dev.lockstep.dl4j.model.Dl4jProvider} translates, {@link dev.lockstep.dl4j.model.Dl4jModel}
 * trains.
 */
package dev.lockstep.dl4j.model;
