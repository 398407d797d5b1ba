package io.flotilla.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.broker.cli.CommandException;
import org.junit.jupiter.api.Test;

class DocPageTest {
    @Test
    void aPageWithoutThePartGetsItAtItsEnd() {
        assertThat(DocPage.with("# Title\n", "x", "text\n"))
                .isEqualTo("# Title\n\n<!-- begin x -->\n\ntext\n\n<!-- end x -->\n");
        assertThat(DocPage.with("", "x", "text")).isEqualTo("<!-- begin x -->\n\ntext\n\n<!-- end x -->\n");
    }

    @Test
    void onlyThePartIsReplaced() {
        String page = DocPage.with(DocPage.with("before\n", "x", "old"), "y", "other") + "after\n";

        String changed = DocPage.with(page, "x", "new");

        assertThat(changed).isEqualTo(page.replace("old", "new"));
        assertThat(DocPage.with(changed, "x", "new")).as("again").isEqualTo(changed);
    }

    @Test
    void aPartWithoutEndIsNotGuessed() {
        assertThatThrownBy(() -> DocPage.with("<!-- begin x -->\nand more", "x", "new"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("<!-- end x -->");
    }
}
