package dev.gatehouse.seclang;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.gatehouse.seclang", importOptions = ImportOption.DoNotIncludeTests.class)
class DependenciesTest {
    @ArchTest
    static final ArchRule theEngineStandsOnItsOwn = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "javax.xml..",
                    "org.xml.sax..",
                    "dev.gatehouse.seclang..",
                    "org.jspecify..",
                    "org.brotli.dec..",
                    "io.airlift.compress..",
                    "com.networknt.schema..",
                    "com.fasterxml.jackson..");

    @ArchTest
    static final ArchRule onlyOneClassReadsJsonAsATree = noClasses()
            .that()
            .doNotHaveSimpleName("JsonSchemas")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.networknt.schema..", "com.fasterxml.jackson..");
}
