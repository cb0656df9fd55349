/**
 * The book, by hand, in plain Java, in double precision: a reference to hold other code against.
 */
@SuppressWarnings({
  "requires-automatic",
  "requires-transitive-automatic"
}) // the BLAS is no named module
module dev.lockstep.scratch {
  requires org.apache.commons.rng.api;
  requires transitive dev.lockstep.core;
  requires transitive dev.ludovic.netlib.blas;
  requires static org.jspecify;

  exports dev.lockstep.scratch;
}
