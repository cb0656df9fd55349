package dev.lockstep.report;

import dev.lockstep.core.result.RunResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * One page that works from disk: charts, styles and numbers are in the file, and its policy lets no
 * request leave it.
 */
public final class HtmlReport {

  private static final String D3 = "/META-INF/resources/webjars/d3/7.9.0/dist/d3.min.js";

  /** Unpacks the page's data, at once and in any browser. */
  private static final String PAKO =
      "/META-INF/resources/webjars/pako/2.1.0/dist/pako_inflate.min.js";

  /** Lays out the network; of npm, its licence beside it. */
  private static final String DAGRE = "vendor/dagre.min.js";

  /** The page's script, in the order in which its files build on each other. */
  private static final List<String> PAGE =
      List.of(
          "words",
          "frame",
          "axes",
          "curves",
          "drawing",
          "panels",
          "cells",
          "plane",
          "parallel",
          "images",
          "figures",
          "first-screen",
          "search",
          "runs",
          "training",
          "elements",
          "network",
          "heat",
          "sections",
          "particulars",
          "main");

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([a-z]+)}}");

  private HtmlReport() {}

  /** Returns the page of a feature around the comparison of one run. */
  public static String write(RunResult run, PageSection section) {
    return write(ReportView.of(run, section));
  }

  /** Returns a page that is not about the training of a network. */
  public static String write(Page page) {
    return write(page.title(), page.word() + " — " + page.headline(), page, 0);
  }

  /**
   * Returns a page that asks the server that it comes from, and nobody else, whether it has
   * changed.
   *
   * @param version the number of its changes so far, at least 1
   */
  public static String writeLive(Page page, long version) {
    return write(page.title(), page.word() + " — " + page.headline(), page, version);
  }

  static String write(ReportView view) {
    return write(view.title(), view.verdict() + " — " + view.headline(), view, 0);
  }

  private static String write(String title, String headline, Object view, long version) {
    String style = resource("report.css");
    String charts = script(resource(D3) + "\n" + resource(PAKO) + "\n" + resource(DAGRE));
    String page =
        script(
            PAGE.stream()
                .map(name -> resource("page/" + name + ".js"))
                .collect(Collectors.joining("\n", "'use strict';\n(() => {\n", "})();\n")));
    Matcher placeholders = PLACEHOLDER.matcher(resource("report.html"));
    return placeholders.replaceAll(
        match ->
            Matcher.quoteReplacement(
                switch (match.group(1)) {
                  case "title" -> text(title);
                  case "headline" -> text(headline);
                  case "policy" ->
                      "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src %s; script-src %s %s%s"
                          .formatted(
                              hash(style),
                              hash(charts),
                              hash(page),
                              version > 0 ? "; connect-src 'self'" : "");
                  // an index, a diff and a page of a run at work have no result beside them
                  case "beside" ->
                      view instanceof ReportView
                          ? "; without scripts, see %s beside it".formatted(Format.JSON.fileName())
                          : "";
                  case "live" -> version > 0 ? Long.toString(version) : "";
                  case "style" -> style;
                  case "charts" -> charts;
                  case "page" -> page;
                  case "data" -> data(view);
                  default -> throw new IllegalStateException("report.html: " + match.group());
                }));
  }

  /** A closing tag inside of a script would end it. */
  private static String script(String code) {
    return code.replace("</script", "<\\/script");
  }

  /** The result in JSON, packed: a sixth of its length, and nothing in it is markup. */
  private static String data(Object view) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out =
        new DeflaterOutputStream(packed, new Deflater(Deflater.BEST_COMPRESSION))) {
      out.write(ResultJson.compact(view).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getEncoder().encodeToString(packed.toByteArray());
  }

  private static String text(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** Names a script or style by its content: nothing else is let run. */
  private static String hash(String content) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("not on the class path: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
