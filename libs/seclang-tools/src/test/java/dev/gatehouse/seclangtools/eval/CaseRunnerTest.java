package dev.gatehouse.seclangtools.eval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.seclang.parse.Source;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CaseRunnerTest {
    private static String line(String uri, String rules) throws IOException {
        Compilation compilation = RuleSet.compile(List.of(new Source("test", "SecRuleEngine On\n" + rules)));
        assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
        CaseRunner.Peer peer = CaseRunner.Peer.parse("127.0.0.1:80");
        CaseRunner runner = new CaseRunner(
                ((Compilation.Compiled) compilation).rules(),
                new Surroundings(InstantSource.system(), Map.of()),
                peer,
                peer);
        String json = "{\"name\":\"a\",\"request\":{\"uri\":\"" + uri + "\"}}";
        Case test = Case.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)))
                .getFirst();
        return runner.measure(test, 1).json();
    }

    @Test
    void whatBlocksIsANumberAndZeroWhereNothingDoes() throws IOException {
        String rule = "SecRule ARGS:a \"@streq 1\" \"id:7,phase:1,deny,status:406\"";
        assertThat(line("/?a=1", rule)).contains("\"status\":406,\"blocked_by\":7,\"rules\":[7]");
        assertThat(line("/?a=2", rule)).contains("\"status\":200,\"blocked_by\":0,\"rules\":[]");
    }
}
