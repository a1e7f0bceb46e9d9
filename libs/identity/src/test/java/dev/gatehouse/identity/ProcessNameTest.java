package dev.gatehouse.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProcessNameTest {
    @Test
    void aNameIsReadFromWhatItIsWrittenAs() {
        for (ProcessName name : new ProcessName[] {
            new ProcessName.Service("xds-svc"), new ProcessName.Fleet("a/one.two"), new ProcessName.Fleet("merged")
        }) {
            assertThat(ProcessName.parse(name.toString())).contains(name);
        }
    }

    @Test
    void whatIsNotOneOfOursIsNoName() {
        for (String text : new String[] {
            "spiffe://cluster.local/service/xds-svc",
            "https://gatehouse/service/xds-svc",
            "spiffe://gatehouse/service/",
            "spiffe://gatehouse/service/XDS",
            "spiffe://gatehouse/fleet/a/b/c",
            "spiffe://gatehouse/fleet/a%2fb/../c d",
            "spiffe:gatehouse",
            "not a uri",
            ""
        }) {
            assertThat(ProcessName.parse(text)).as(text).isEmpty();
        }
    }

    @Test
    void aNameThatCannotBeWrittenIsRefused() {
        assertThatThrownBy(() -> new ProcessName.Service("a/b")).hasMessageContaining("expected: a DNS label");
        assertThatThrownBy(() -> new ProcessName.Fleet("A/b")).hasMessageContaining("<namespace>/<gateway>");
    }
}
