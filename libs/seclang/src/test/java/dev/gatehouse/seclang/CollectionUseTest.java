package dev.gatehouse.seclang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.parse.Source;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CollectionUseTest {
    private static boolean loads(String... lines) {
        Compilation outcome = RuleSet.compile(List.of(new Source("test", String.join("\n", lines))));
        assertThat(outcome).isInstanceOf(Compilation.Compiled.class);
        return ((Compilation.Compiled) outcome).rules().loadsCollections();
    }

    private static final String DEFAULT_COLLECTIONS =
            "SecRule TX:enable_default_collections \"@eq 1\" \"id:1,phase:1,pass,"
                    + "nolog,chain\"\n  SecRule REMOTE_ADDR \"@unconditionalMatch\" \"initcol:ip=%{REMOTE_ADDR}\"";

    @Test
    void rulesWithoutACollectionLoadNone() {
        assertThat(loads("SecRule ARGS \"@contains a\" \"id:1,phase:2,deny\"")).isFalse();
    }

    @Test
    void aRuleThatLoadsOneMay() {
        assertThat(loads("SecAction \"id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR}\""))
                .isTrue();
        assertThat(
                        loads(
                                "SecRule REQUEST_COOKIES:sid \"!@streq x\" \"id:1,phase:1,pass,setsid:%{REQUEST_COOKIES.sid}\""))
                .isTrue();
    }

    @Test
    void behindAVariableThatNoRuleSetsItNeverDoes() {
        assertThat(loads(DEFAULT_COLLECTIONS)).isFalse();
    }

    @Test
    void behindAVariableThatARuleSetsItMay() {
        assertThat(loads(
                        "SecAction \"id:900130,phase:1,pass,nolog,setvar:TX.Enable_Default_Collections=1\"",
                        DEFAULT_COLLECTIONS))
                .isTrue();
    }

    @Test
    void aNameThatIsMadeInTheRequestMayBeAny() {
        assertThat(loads(
                        "SecRule ARGS_NAMES \"@rx .\" \"id:2,phase:1,pass,nolog,setvar:tx.%{MATCHED_VAR}=1\"",
                        DEFAULT_COLLECTIONS))
                .isTrue();
    }

    @Test
    void aCountOfNothingIsAValueToo() {
        assertThat(loads("SecRule &TX:never \"@eq 0\" \"id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR}\""))
                .isTrue();
    }

    @Test
    void groupsAreSetByTheEngine() {
        assertThat(loads("SecRule TX:1 \"@rx .\" \"id:1,phase:1,pass,nolog,initcol:ip=%{TX.1}\""))
                .isTrue();
    }
}
