/** The documentation as a site. It runs when the site is built, and is no part of the program. */
package dev.lockstep.experiments.site;
