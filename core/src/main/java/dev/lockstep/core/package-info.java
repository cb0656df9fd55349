/**
 * What is trained and how two trainings are compared.
 *
 * <p>Nothing here knows a framework or an array library: {@code network} says what is trained,
 * {@code data} and {@code plan} what it is trained on and with which random choices, {@code model}
 * what an implementation must offer, {@code compare} how two of them are held against each other,
 * and {@code result} what a run found.
 */
package dev.lockstep.core;
