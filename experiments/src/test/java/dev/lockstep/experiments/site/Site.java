package dev.lockstep.experiments.site;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jspecify.annotations.Nullable;

/**
 * A page for each Markdown file of the repository, in the same tree. A link from one page to
 * another stays one; a link to any other file leads to the repository.
 */
final class Site {

  /** What {@code javadoc} writes beside the pages. */
  private static final Map<String, String> API =
      new TreeMap<>(
          Map.of(
              "api/lockstep-core/index.html", "lockstep-core",
              "api/lockstep-scratch-impl/index.html", "lockstep-scratch-impl",
              "api/lockstep-report/index.html", "lockstep-report"));

  private static final List<Extension> EXTENSIONS =
      List.of(TablesExtension.create(), HeadingAnchorExtension.create());
  private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
  private static final HtmlRenderer RENDERER =
      HtmlRenderer.builder().extensions(EXTENSIONS).build();

  private static final Pattern ANCHOR = Pattern.compile(" id=\"([^\"]+)\"");
  private static final Pattern HOME = Pattern.compile("<home>(.*)</home>");

  private record Page(Node document, String title, String html) {}

  private final Path top;
  private final String home;
  private final Map<Path, Page> pages = new LinkedHashMap<>();
  private final List<String> broken = new ArrayList<>();

  /**
   * @param top the repository
   * @param files Markdown files in it, in the order of the menu
   */
  Site(Path top, Collection<Path> files) throws IOException {
    this.top = top;
    Matcher property = HOME.matcher(Files.readString(top.resolve("pom.xml")));
    this.home = property.find() ? property.group(1) : "";
    for (Path file : files) {
      Node document = PARSER.parse(Files.readString(top.resolve(file)));
      pages.put(file, new Page(document, title(document), RENDERER.render(document)));
    }
    pages.forEach((file, page) -> page.document().accept(new Links(file)));
  }

  /** What a reader may want to read: the top, the documentation, the way from book to code. */
  static List<Path> files(Path top) throws IOException {
    try (Stream<Path> docs = Files.list(top.resolve("docs"))) {
      return Stream.of(
              Stream.of("README.md", "docs/README.md").map(Path::of),
              docs.filter(file -> file.toString().endsWith(".md"))
                  .map(top::relativize)
                  .filter(file -> !file.endsWith("README.md"))
                  .sorted(),
              Stream.of(
                      "scratch-impl/README.md",
                      "CONTRIBUTING.md",
                      "RELEASING.md",
                      "SECURITY.md",
                      "CODE_OF_CONDUCT.md",
                      "CHANGELOG.md")
                  .map(Path::of))
          .flatMap(all -> all)
          .toList();
    }
  }

  /** Every link that leads to no file or no heading. */
  List<String> broken() {
    return List.copyOf(broken);
  }

  void write(Path target) throws IOException {
    String template;
    try (InputStream file =
        Objects.requireNonNull(Site.class.getResourceAsStream("page.html"), "page.html")) {
      template = new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (Map.Entry<Path, Page> page : pages.entrySet()) {
      Path to = target.resolve(html(page.getKey().toString()));
      Files.createDirectories(to.getParent());
      Files.writeString(
          to,
          template
              .replace("{title}", escaped(page.getValue().title()))
              .replace("{menu}", menu(page.getKey()))
              .replace("{page}", RENDERER.render(page.getValue().document())));
    }
    try (Stream<Path> docs = Files.walk(top.resolve("docs"))) {
      for (Path file : docs.filter(Files::isRegularFile).toList()) {
        if (file.toString().matches(".*\\.(png|json)")) {
          Path to = target.resolve(top.relativize(file).toString());
          Files.createDirectories(to.getParent());
          Files.write(to, Files.readAllBytes(file));
        }
      }
    }
  }

  private String menu(Path from) {
    String own =
        pages.entrySet().stream()
            .map(
                page ->
                    item(
                        relative(from, Path.of(html(page.getKey().toString()))),
                        page.getValue().title(),
                        page.getKey().equals(from)))
            .collect(Collectors.joining("\n"));
    String api =
        API.entrySet().stream()
            .map(page -> item(relative(from, Path.of(page.getKey())), page.getValue(), false))
            .collect(Collectors.joining("\n"));
    return "<ul>\n%s\n</ul>\n<p>Javadoc</p>\n<ul>\n%s\n</ul>".formatted(own, api);
  }

  private static String item(String link, String title, boolean current) {
    return "<li><a href=\"%s\"%s>%s</a></li>"
        .formatted(link, current ? " aria-current=\"page\"" : "", escaped(title));
  }

  private static String relative(Path from, Path to) {
    Path directory = from.getParent();
    return (directory == null ? to : directory.relativize(to)).toString().replace('\\', '/');
  }

  private static String html(String markdown) {
    return markdown.replaceFirst("README\\.md$", "index.html").replaceFirst("\\.md$", ".html");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private static String title(Node document) {
    StringBuilder title = new StringBuilder();
    document
        .getFirstChild()
        .accept(
            new AbstractVisitor() {
              @Override
              public void visit(Text text) {
                title.append(text.getLiteral());
              }

              @Override
              public void visit(Code code) {
                title.append(code.getLiteral());
              }
            });
    return title.toString();
  }

  /** Checks the links of a page, and leads them to where the site has what they mean. */
  private final class Links extends AbstractVisitor {

    private final Path file;

    Links(Path file) {
      this.file = file;
    }

    @Override
    public void visit(Image image) {
      led(image.getDestination());
      visitChildren(image);
    }

    @Override
    public void visit(Link link) {
      link.setDestination(led(link.getDestination()));
      visitChildren(link);
    }

    private String led(String link) {
      if (link.matches("[a-z]+:.*")) {
        return link;
      }
      String[] parts = link.split("#", 2);
      Path meant =
          parts[0].isEmpty()
              ? file
              : Path.of("/").resolve(file).resolveSibling(parts[0]).normalize();
      Path inside = meant.isAbsolute() ? Path.of("/").relativize(meant) : meant;
      @Nullable Page page = pages.get(inside);
      if (!Files.exists(top.resolve(inside.toString()))) {
        broken.add(file + ": there is no " + link);
      } else if (parts.length == 2
          && (page == null
              || ANCHOR
                  .matcher(page.html())
                  .results()
                  .noneMatch(id -> id.group(1).equals(parts[1])))) {
        broken.add(file + ": there is no heading " + link);
      }
      if (page != null) {
        return html(parts[0]) + (parts.length == 2 ? "#" + parts[1] : "");
      }
      boolean copied = inside.startsWith("docs") && link.matches(".*\\.(png|json)");
      String kind = Files.isDirectory(top.resolve(inside.toString())) ? "tree" : "blob";
      return copied ? link : "%s/%s/main/%s".formatted(home, kind, inside);
    }
  }

  /**
   * @param args the repository, and where the site goes
   */
  public static void main(String[] args) throws IOException {
    Path top = Path.of(args[0]).toAbsolutePath().normalize();
    Site site = new Site(top, files(top));
    if (!site.broken().isEmpty()) {
      throw new IllegalStateException(String.join("\n", site.broken()));
    }
    site.write(Path.of(args[1]));
  }
}
