/**
 * What is trained and how two trainings are compared.
 *
 * <p>What is exported to all is kept compatible; the rest may change with any version.
 */
@SuppressWarnings("module") // the report is no named module
module dev.lockstep.core {
  requires java.net.http;
  requires org.apache.commons.rng.sampling;
  requires org.apache.commons.rng.simple;
  requires org.snakeyaml.engine.v2;
  requires transitive org.apache.commons.rng.api;
  requires static transitive org.jspecify;

  exports dev.lockstep.core;
  exports dev.lockstep.core.assertion;
  exports dev.lockstep.core.compare;
  exports dev.lockstep.core.data;
  exports dev.lockstep.core.model;
  exports dev.lockstep.core.network;
  exports dev.lockstep.core.observation;
  exports dev.lockstep.core.plan;
  exports dev.lockstep.core.result;
  exports dev.lockstep.core.rounding;
  exports dev.lockstep.core.tensor;
  exports dev.lockstep.core.diagnosis to
      dev.lockstep.report;
  exports dev.lockstep.core.wording to
      dev.lockstep.report;
}
