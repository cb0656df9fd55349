/** A model of this process that answers the questions of another one. */
package dev.lockstep.bridge.serve;
