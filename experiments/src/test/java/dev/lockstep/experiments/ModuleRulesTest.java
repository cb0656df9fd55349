package dev.lockstep.experiments;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Two implementations that shared code would prove nothing about each other. */
@AnalyzeClasses(packages = "dev.lockstep", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleRulesTest {

  private static final String SCRATCH = "dev.lockstep.scratch..";
  private static final String DL4J = "dev.lockstep.dl4j..";
  private static final String EXPERIMENTS = "dev.lockstep.experiments..";
  private static final String BRIDGE = "dev.lockstep.bridge..";
  private static final String REPORT = "dev.lockstep.report..";
  private static final String[] FRAMEWORKS = {
    "org.deeplearning4j..", "org.nd4j..", "org.datavec..", "org.bytedeco.."
  };

  @ArchTest
  static final ArchRule coreKnowsNoImplementation =
      noClasses()
          .that()
          .resideInAPackage("dev.lockstep.core..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SCRATCH, DL4J, BRIDGE, REPORT, EXPERIMENTS, "dev.ludovic..");

  @ArchTest
  static final ArchRule coreScratchAndReportKnowNoFramework =
      noClasses()
          .that()
          .resideInAnyPackage("dev.lockstep.core..", SCRATCH, BRIDGE, REPORT)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(FRAMEWORKS);

  @ArchTest
  static final ArchRule reportKnowsCoreOnly =
      noClasses()
          .that()
          .resideInAPackage(REPORT)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SCRATCH, DL4J, BRIDGE, EXPERIMENTS, "dev.ludovic..");

  @ArchTest
  static final ArchRule bridgeKnowsCoreOnly =
      noClasses()
          .that()
          .resideInAPackage(BRIDGE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SCRATCH, DL4J, REPORT, EXPERIMENTS, "dev.ludovic..");

  @ArchTest
  static final ArchRule scratchDoesNotSeeTheOtherSide =
      noClasses()
          .that()
          .resideInAPackage(SCRATCH)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(DL4J, BRIDGE, REPORT, EXPERIMENTS);

  @ArchTest
  static final ArchRule dl4jDoesNotSeeTheOtherSide =
      noClasses()
          .that()
          .resideInAPackage(DL4J)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SCRATCH, BRIDGE, REPORT, EXPERIMENTS, "dev.ludovic..");

  @ArchTest
  static final ArchRule onlyTheCommandLineKnowsTheCommandLine =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.lockstep.experiments.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.lockstep.experiments.cli..");
}
