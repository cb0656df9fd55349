package dev.lockstep.experiments.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteTest {

  private static final Path TOP = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path temp;

  @Test
  void everyLinkLeadsToAFileAndAHeading() throws IOException {
    assertThat(new Site(TOP, Site.files(TOP)).broken()).isEmpty();
  }

  @Test
  void aLinkThatLeadsNowhereIsTold() throws IOException {
    Files.writeString(temp.resolve("pom.xml"), "<home>https://project.test</home>");
    Files.createDirectories(temp.resolve("docs"));
    Files.createDirectories(temp.resolve("core"));
    Files.writeString(temp.resolve("core/Code.java"), "");
    Files.writeString(
        temp.resolve("README.md"),
        "# Top\n[a](docs/a.md#two-words) [b](docs/a.md#three) [c](docs/c.md) [d](core) [e](#top)\n");
    Files.writeString(
        temp.resolve("docs/a.md"),
        "# A `b`\n\n## Two words\n\n[up](../README.md) [code](../core/Code.java)\n");
    Site site = new Site(temp, List.of(Path.of("README.md"), Path.of("docs/a.md")));

    assertThat(site.broken())
        .containsExactly(
            "README.md: there is no heading docs/a.md#three", "README.md: there is no docs/c.md");
    site.write(temp.resolve("site"));
    assertThat(temp.resolve("site/index.html"))
        .content()
        .contains(
            "<title>Top · Lockstep</title>",
            "href=\"docs/a.html#two-words\"",
            "href=\"https://project.test/tree/main/core\"",
            "href=\"#top\"");
    assertThat(temp.resolve("site/docs/a.html"))
        .content()
        .contains(
            "<a href=\"a.html\" aria-current=\"page\">A b</a>",
            "href=\"../index.html\">up",
            "href=\"https://project.test/blob/main/core/Code.java\"");
  }

  @Test
  void everyPageOfTheDocumentationIsInIt() throws IOException {
    try (Stream<Path> docs = Files.walk(TOP.resolve("docs"))) {
      assertThat(Site.files(TOP))
          .containsAll(
              docs.filter(file -> file.toString().endsWith(".md")).map(TOP::relativize).toList());
    }
  }
}
