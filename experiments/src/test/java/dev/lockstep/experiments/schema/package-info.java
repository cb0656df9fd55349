/** The schema and the page of what may stand in files, made of what their readers ask for. */
package dev.lockstep.experiments.schema;
