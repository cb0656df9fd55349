plugins {
    java
}

repositories {
    mavenCentral()
}

dependencies {
    implementation(platform("dev.lockstep:lockstep-bom:0.1.0"))
    implementation("dev.lockstep:lockstep-core")
    testImplementation("dev.lockstep:lockstep-scratch-impl")
    testImplementation(platform("org.junit:junit-bom:5.14.4"))
    testImplementation("org.junit.jupiter:junit-jupiter")
    testRuntimeOnly("org.junit.platform:junit-platform-launcher")
}

tasks.test {
    useJUnitPlatform()
    testLogging.exceptionFormat = org.gradle.api.tasks.testing.logging.TestExceptionFormat.FULL
}
