package dev.lockstep.experiments.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.result.Curves;
import dev.lockstep.report.Browser;
import dev.lockstep.report.Format;
import dev.lockstep.report.HtmlReport;
import dev.lockstep.report.Page;
import dev.lockstep.report.PageInBrowser;
import dev.lockstep.report.Reports;
import dev.lockstep.report.SampleRuns;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a run under way as somebody has it open: its own script asks for what is new. */
class LivePageBrowserTest extends PageInBrowser {

  private static final String TITLE = "mlp-batchnorm-dropout seed 1";
  private static final long STEPS = 1_800;

  private static final String POINTS =
      "[...document.querySelectorAll('.table-behind tbody tr')].length";

  @TempDir Path temp;

  @Test
  void itIsRedrawnAsStepsAreTakenKeepsAReloadAndEndsAsTheReport() throws IOException {
    LivePage live = new LivePage("./lockstep compare mlp-batchnorm-dropout --live", 1);
    try (Browser.Page page = visit(live.address())) {
      LockstepListener run = live.watching(TITLE, LockstepListener.NONE);
      run.stepTaken(1, STEPS, 2.3, 2.3);
      run.stepTaken(2, STEPS, 2.25, 2.25);
      page.waitFor("document.body.textContent.includes('Step 2 of 1,800')");
      assertThat(page.evaluate("lockstep.frames.length").asInt()).as("the loss").isEqualTo(1);
      assertThat(page.evaluate(POINTS).asInt()).isEqualTo(2);

      run.stepTaken(3, STEPS, 2.125, 2.5);
      run.evaluated(new Curves.AccuracyPoint(3, 0.5, 0.5, 0.4375, 0.4375, 10_000), STEPS);
      page.waitFor("document.body.textContent.includes('Step 3 of 1,800')");
      assertThat(page.dom()).contains("RUNNING", "loss 2.125 on", "2.5 on");
      assertThat(page.evaluate("lockstep.frames.length").asInt()).as("and the score").isEqualTo(2);

      page.evaluate("location.reload()");
      run.stepTaken(4, STEPS, 2, 2);
      page.waitFor("document.body.textContent.includes('Step 4 of 1,800')");
      assertThat(page.evaluate(POINTS).asInt()).isEqualTo(4 + 1);

      live.ended(TITLE, SampleRuns.agreeing(1));
      Reports.write(temp, EnumSet.of(Format.HTML), SampleRuns.agreeing(1));
      live.reported(temp.resolve("report.html"));
      live.close();
      page.waitFor("document.querySelector('.verdict')?.textContent.includes('AGREE')");
      assertThat(page.evaluate("document.body.dataset.live").asText()).isEmpty();
      assertThat(page.console()).isEmpty();
    }
  }

  /** A run that is killed sends no last page: what was drawn stays, and says what it is. */
  @Test
  void aRunThatIsKilledLeavesWhatWasDrawnAndSaysSo() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    String running =
        HtmlReport.writeLive(
            new Page(
                "compare",
                "RUNNING",
                true,
                "Step 7 of 9.",
                "No verdict yet.",
                List.of(),
                List.of()),
            1);
    server.createContext(
        "/",
        exchange -> {
          boolean events = exchange.getRequestURI().getPath().equals("/events");
          exchange
              .getResponseHeaders()
              .set("Content-Type", events ? "text/event-stream" : "text/html; charset=utf-8");
          exchange.sendResponseHeaders(200, 0);
          exchange
              .getResponseBody()
              .write((events ? ": listening\n\n" : running).getBytes(StandardCharsets.UTF_8));
          exchange.getResponseBody().flush();
          if (!events) {
            exchange.close();
          }
        });
    server.start();
    try (Browser.Page page = visit("http://127.0.0.1:" + server.getAddress().getPort() + "/")) {
      assertThat(page.dom()).contains("Step 7 of 9.").doesNotContain("no longer answers");
      server.stop(0);
      page.waitFor("document.body.textContent.includes('no longer answers')");
      assertThat(page.dom()).contains("Step 7 of 9.", "RUNNING");
    }
  }
}
