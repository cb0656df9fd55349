package dev.lockstep.bridge.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.UsageException;
import org.junit.jupiter.api.Test;

class CommandLineTest {

  @Test
  void wordsMayHoldSpacesInQuotes() {
    assertThat(CommandLine.words(" python3  'my net.py' --name=\"a 'b'\" '' "))
        .containsExactly("python3", "my net.py", "--name=a 'b'", "");
  }

  @Test
  void whatIsNoCommandIsRefused() {
    assertThatThrownBy(() -> CommandLine.words("  ")).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> CommandLine.words("python3 'my net.py"))
        .hasMessageContaining("found 'python3 'my net.py'");
  }
}
