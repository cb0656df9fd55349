package dev.lockstep.cluster;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What carries runs out knows what a run is called, and nothing of what it does. */
@AnalyzeClasses(
    packages = "dev.lockstep.cluster",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ClusterRulesTest {

  @ArchTest
  static final ArchRule clusterKnowsNoRun =
      noClasses()
          .that()
          .resideInAPackage("dev.lockstep.cluster..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.lockstep.scratch..",
              "dev.lockstep.dl4j..",
              "dev.lockstep.bridge..",
              "dev.lockstep.report..",
              "dev.lockstep.experiments.cli..",
              "dev.lockstep.experiments.compare..",
              "dev.lockstep.core.compare..",
              "dev.lockstep.core.network..");
}
