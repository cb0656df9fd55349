/**
 * YAML read strictly: every value knows the line it stands on, and every key that nobody asks for
 * is an error.
 */
package dev.lockstep.core.yaml;
