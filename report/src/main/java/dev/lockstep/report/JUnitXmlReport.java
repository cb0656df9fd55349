package dev.lockstep.report;

import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.wording.Findings;
import dev.lockstep.report.summary.Summary;
import dev.lockstep.report.summary.Summary.Run;
import dev.lockstep.report.summary.TensorOutcome;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;

/** A comparison as build servers show it: each tensor a test, named by its path. */
final class JUnitXmlReport {

  private final StringWriter text = new StringWriter();
  private final XMLStreamWriter xml;

  private JUnitXmlReport() throws XMLStreamException {
    xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
  }

  /** One test. */
  private record Case(
      String group,
      String name,
      @Nullable String skipped,
      @Nullable String failure,
      String detail) {

    static Case passed(String group, String name) {
      return new Case(group, name, null, null, "");
    }
  }

  /** Returns a test for the verdict and one for each tensor of each phase. */
  static String write(RunResult result) {
    Run run = Run.of(result, "");
    String group = group(run);
    List<Case> tensors =
        TensorOutcome.of(result).stream().map(outcome -> tensor(group, outcome, result)).toList();
    return document(
        writer -> {
          writer.xml.writeStartElement("testsuites");
          writer.suite(run, tensors);
          writer.xml.writeEndElement();
        });
  }

  /** Returns a test for the verdict of every run. */
  static String write(Summary summary) {
    return document(
        writer -> {
          writer.xml.writeStartElement("testsuites");
          for (Run run : summary.runs()) {
            writer.suite(run, List.of());
          }
          writer.xml.writeEndElement();
        });
  }

  private interface Body {
    void write(JUnitXmlReport writer) throws XMLStreamException;
  }

  private static String document(Body body) {
    try {
      JUnitXmlReport writer = new JUnitXmlReport();
      writer.xml.writeStartDocument("UTF-8", "1.0");
      writer.xml.writeCharacters("\n");
      body.write(writer);
      writer.xml.writeEndDocument();
      writer.xml.flush();
      return writer.text + "\n";
    } catch (XMLStreamException e) {
      throw new IllegalStateException("written to memory, which does not fail", e);
    }
  }

  private static String group(Run run) {
    return "%s.seed-%d".formatted(run.title().replace('/', '.'), run.seed());
  }

  private static Case verdict(Run run) {
    boolean good = run.verdict().exitCode() == 0;
    FirstDivergence first = run.firstDivergence();
    return new Case(
        group(run),
        "verdict",
        null,
        good ? null : run.verdict() + ": " + Wording.headline(run),
        first == null ? "" : divergence(first, run.implementations()));
  }

  private static String divergence(
      FirstDivergence first, List<RunResult.Implementation> implementations) {
    return String.join(
        "\n",
        Findings.divergence(first, implementations.get(0).name(), implementations.get(1).name()));
  }

  private static Case tensor(String group, TensorOutcome outcome, RunResult result) {
    String name = outcome.tensor();
    String phase = group + "." + outcome.phase().id();
    if (outcome.skipped() != null) {
      return new Case(phase, name, outcome.skipped(), null, "");
    }
    if (outcome.agrees()) {
      return Case.passed(phase, name);
    }
    if (result.verdict() == Verdict.EXPLAINED) {
      return new Case(phase, name, "differs, and known conventions explain it", null, "");
    }
    FirstDivergence first = result.firstDivergence();
    if (first != null && first.phase() == outcome.phase() && first.tensor().equals(name)) {
      return new Case(
          phase, name, null, "first divergence", divergence(first, result.implementations()));
    }
    return new Case(phase, name, null, Wording.beyond(outcome.worst()), "");
  }

  private void suite(Run run, List<Case> tensors) throws XMLStreamException {
    Case verdict = verdict(run);
    xml.writeCharacters("\n");
    xml.writeStartElement("testsuite");
    attribute("name", group(run));
    attribute("tests", Integer.toString(tensors.size() + 1));
    attribute(
        "failures",
        Long.toString(
            tensors.stream().filter(test -> test.failure != null).count()
                + (verdict.failure == null ? 0 : 1)));
    attribute("errors", "0");
    attribute(
        "skipped", Long.toString(tensors.stream().filter(test -> test.skipped != null).count()));
    attribute("time", String.format(Locale.ROOT, "%.3f", run.timing().seconds()));
    write(verdict);
    for (Case test : tensors) {
      write(test);
    }
    xml.writeCharacters("\n");
    xml.writeEndElement();
    xml.writeCharacters("\n");
  }

  private void write(Case test) throws XMLStreamException {
    xml.writeCharacters("\n  ");
    boolean empty = test.failure == null && test.skipped == null;
    if (empty) {
      xml.writeEmptyElement("testcase");
    } else {
      xml.writeStartElement("testcase");
    }
    attribute("classname", test.group);
    attribute("name", test.name);
    if (test.skipped != null) {
      xml.writeEmptyElement("skipped");
      attribute("message", test.skipped);
    }
    if (test.failure != null) {
      xml.writeStartElement("failure");
      attribute("message", test.failure);
      xml.writeCharacters(legal(test.detail));
      xml.writeEndElement();
    }
    if (!empty) {
      xml.writeEndElement();
    }
  }

  private void attribute(String name, String value) throws XMLStreamException {
    xml.writeAttribute(name, legal(value));
  }

  /** XML 1.0 has no place for most control characters, not even escaped. */
  private static String legal(String text) {
    return text.replaceAll(
        "[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]", "\uFFFD");
  }
}
