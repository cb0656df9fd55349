package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.InflaterInputStream;

/** Unpacks the data of a page, as its script does. */
public final class PageData {

  private static final Pattern DATA = Pattern.compile("<script [^>]*id=\"data\">(.*?)</script>");

  private PageData() {}

  /** Returns what the page is drawn from. */
  public static JsonNode of(String page) throws IOException {
    Matcher data = DATA.matcher(page);
    assertThat(data.find()).isTrue();
    byte[] packed = Base64.getDecoder().decode(data.group(1));
    return new ObjectMapper().readTree(new InflaterInputStream(new ByteArrayInputStream(packed)));
  }
}
