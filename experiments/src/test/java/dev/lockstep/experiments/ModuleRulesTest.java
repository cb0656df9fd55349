package dev.lockstep.experiments;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

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

  @ArchTest
  static final ArchRule onlyTheDiagnosisKnowsTheMistakes =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.lockstep.core.diagnosis..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.lockstep.core.diagnosis.layers..",
              "dev.lockstep.core.diagnosis.updates..",
              "dev.lockstep.core.diagnosis.network..",
              "dev.lockstep.core.diagnosis.tensors..");

  @ArchTest static final ArchRule coreHasNoCycle = noCycle("core");
  @ArchTest static final ArchRule scratchHasNoCycle = noCycle("scratch");
  @ArchTest static final ArchRule dl4jHasNoCycle = noCycle("dl4j");
  @ArchTest static final ArchRule reportHasNoCycle = noCycle("report");
  @ArchTest static final ArchRule experimentsHaveNoCycle = noCycle("experiments");

  /** Of packages, the innermost counted: {@code search} and {@code search.trial} are two. */
  private static ArchRule noCycle(String module) {
    return slices().matching("dev.lockstep." + module + ".(**)").should().beFreeOfCycles();
  }

  /** More than this is more than a person holds in mind. */
  private static final int FILES_IN_A_PACKAGE = 16;

  private static final String REASON = "Large because";

  @Test
  void aLargePackageSaysWhyItIsOne() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(".."), 20)) {
      Map<Path, List<Path>> packages =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> file.toString().contains("src/main/java"))
              .collect(Collectors.groupingBy(Path::getParent));
      assertThat(packages.size()).as("packages found").isGreaterThan(20);
      for (Map.Entry<Path, List<Path>> each : packages.entrySet()) {
        Path info = each.getKey().resolve("package-info.java");
        int classes = each.getValue().size() - (Files.exists(info) ? 1 : 0);
        if (classes > FILES_IN_A_PACKAGE) {
          assertThat(info)
              .as("%s has %d files: its package-info says '%s …'", each.getKey(), classes, REASON)
              .content()
              .contains(REASON);
        }
      }
    }
  }
}
