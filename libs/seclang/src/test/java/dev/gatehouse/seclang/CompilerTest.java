package dev.gatehouse.seclang;

import static dev.gatehouse.seclang.Rules.errors;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.parse.Source;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompilerTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "SecRul ARGS \"x\" ~ rules.conf:1:1: unknown directive \"SecRul\" ~ did you mean SecRule?",
                "SecRule ARG \"x\" \"id:1\" ~ rules.conf:1:9: unknown variable \"ARG\" ~ did you mean ARGS?",
                "SecRule PERF_ALL \"x\" \"id:1\" ~ rules.conf:1:9: variable PERF_ALL means nothing here ~ profile",
                "SecRule XML:/a[1] \"x\" \"id:1\" ~ rules.conf:1:13: \"/a[1]\" is no path ~ expected: XPath without predicates",
                "SecRule REMOTE_ADDR:a \"x\" \"id:1\" ~ rules.conf:1:21: REMOTE_ADDR is one value ~ expected: REMOTE_ADDR alone",
                "SecRule ARGS \"@contain x\" \"id:1\" ~ rules.conf:1:16: unknown operator @contain ~ did you mean contains?",
                "SecRule ARGS \"@rsub s/a/b/\" \"id:1\" ~ rules.conf:1:16: operator @rsub is not supported ~ does not write bodies",
                "SecRule ARGS \"@pmFromFile a.data\" \"id:1\" ~ rules.conf:1:27: there is no file \"a.data\" ~ expected: a file",
                "SecRule ARGS \"@rx b(?=a\" \"id:1\" ~ rules.conf:1:20: \"b(?=a\" is no regular expression: the group does not end ~ expected: \")\"",
                "SecRule ARGS \"@rx ((a{500}){500}){500}\" \"id:1\" ~ rules.conf:1:19: ~ too large",
                "SecRule ARGS \"x\" \"id:1,t:lowercas\" ~ rules.conf:1:26: unknown transformation t:lowercas ~ did you mean lowercase?",
                "SecRule ARGS \"x\" \"id:1,denny\" ~ rules.conf:1:24: unknown action \"denny\" ~ did you mean deny?",
                "SecRule ARGS \"x\" \"id:1,initcol:tx=a\" ~ rules.conf:1:32: initcol:tx=a loads \"tx\" ~ expected: ip",
                "SecRule ARGS \"x\" \"id:1,exec:/a.lua\" ~ rules.conf:1:24: action exec is not done here ~ Lua",
                "SecRule ARGS \"x\" \"id:1,phase:9\" ~ rules.conf:1:30: phase:9 ~ expected: 1 to 5",
                "SecRule ARGS \"x\" \"id:1,status:99\" ~ rules.conf:1:31: status:99 ~ expected: a number from 100 to 599",
                "SecRule ARGS \"x\" \"id:1,msg:'%{txx.a}'\" ~ rules.conf:1:31: %{txx.a} refers to an unknown variable ~ did you mean TX?",
                "SecRule ARGS \"x\" \"deny\" ~ rules.conf:1:1: SecRule without an id ~ expected: an action as in id:1001",
                "SecRule ARGS \"x ~ rules.conf:1:14: a quote is opened and not closed ~ expected: \"",
                "SecRule ARGS \"x\" \"id:1,msg:'a\" ~ rules.conf:1:28: a quote is opened and not closed ~ expected: '",
                "SecRule ARGS \"x\" \"id:1\" deny ~ rules.conf:1:25: \"deny\" after the last argument ~ is a quote missing?",
                "SecRule ARGS ~ rules.conf:1:13: SecRule ends too early ~ expected: an operator after the variables ARGS",
                "SecRule ARGS \"x\" \"id:1,ctl:ruleEngin=Off\" ~ rules.conf:1:28: unknown ctl:ruleEngin ~ did you mean ruleEngine?",
                "SecRule ARGS \"x\" \"id:1,setvar:args.a=1\" ~ rules.conf:1:31: setvar:args.a=1 sets \"args\" ~ expected: tx",
                "SecRuleEngine Maybe ~ rules.conf:1:15: \"Maybe\" ~ expected: On, Off or DetectionOnly",
                "SecRuleScript a.lua ~ rules.conf:1:1: directive SecRuleScript is not supported ~ Lua is not run",
                "SecRuleUpdateActionById 1 \"id:2\" ~ rules.conf:1:28: action id cannot be changed ~ expected: other actions",
                "Include x.conf ~ rules.conf:1:9: there is nothing to include under \"x.conf\" ~ @owasp_crs/*.conf"
            })
    void anErrorSaysWhereWhatAndWhatWasExpected(String text, String start, String contained) {
        assertThat(errors(text))
                .singleElement()
                .satisfies(error -> assertThat(error).startsWith(start).contains(contained));
    }

    @Test
    void placesAreRightAfterContinuationsAndComments() {
        String text = """
                # a comment

                SecRule ARGS|REQUEST_HEADERS \\
                    \\
                # inside
                    "@rx a\\"b" \\
                    "id:1,\\
                    phase:1,\\
                    t:nothing"
                """;
        assertThat(errors(text))
                .singleElement()
                .asString()
                .startsWith("rules.conf:9:7: unknown transformation t:nothing");
    }

    @Test
    void allErrorsAreFoundAndAChainWithOneIsOneError() {
        String text = """
                SecRule ARGS "x" "id:1,phase:1,bad,chain"
                  SecRule ARGS "y" "chain"
                  SecRule ARGS "z"
                SecRule ARGS "x" "id:2,phase:1"
                SecRule ARGS "x" "id:2,phase:1"
                SecRule ARGS "x" "id:3,chain"
                SecAction "id:4"
                """;
        assertThat(errors(text).stream().map(error -> error.substring(0, 14)).collect(Collectors.joining("|")))
                .isEqualTo("rules.conf:1:3|rules.conf:5:1|rules.conf:7:1");
    }

    @Test
    void rulesAreRemovedByIdTagAndMessage() {
        RuleSet rules = Rules.of(
                "SecAction \"id:1,phase:1,pass\"",
                "SecAction \"id:2,phase:1,pass,tag:'a/b'\"",
                "SecAction \"id:3,phase:1,pass,msg:'Third, with a comma'\"",
                "SecAction \"id:4,phase:1,pass\"",
                "SecRuleRemoveById 1 90-99",
                "SecRuleRemoveByTag a/b",
                "SecRuleRemoveByMsg \"Third, with a comma\"");
        assertThat(Rules.ids(Rules.get(rules, "/"))).containsExactly(4L);
    }

    @Test
    void targetsAreExcludedAfterwards() {
        RuleSet rules = Rules.of(
                "SecRule ARGS \"@contains x\" \"id:1,phase:1,deny\"",
                "SecRuleUpdateTargetById 1 \"!ARGS:free|!ARGS:/^f_/\"");
        assertThat(Rules.get(rules, "/?free=x&f_1=x").interruption()).isEmpty();
        assertThat(Rules.get(rules, "/?other=x").interruption()).isPresent();
    }

    @Test
    void aDirectiveWithoutEffectIsAWarning() {
        Compilation compilation = RuleSet.compile(List.of(new Source("a", "SecDebugLog /dev/stdout")));
        assertThat(compilation)
                .isInstanceOfSatisfying(
                        Compilation.Compiled.class,
                        compiled -> assertThat(compiled.warnings())
                                .singleElement()
                                .hasToString(
                                        "a:1:1: directive SecDebugLog is accepted and has no effect: the engine logs as its host does"));
    }

    @Test
    void thePartsOfAListMayHoldItsSeparatorsInQuotesAndPatterns() {
        RuleSet rules = Rules.of(
                "SecRule ARGS:'/^(a|b)$/'|REQUEST_COOKIES:/x\\/y|z/ \"@streq 1\" \"id:1,phase:1,msg:'it\\'s, well'\"");
        Transaction transaction = Rules.get(rules, "/?b=1", "cookie", "x/y=1");
        assertThat(transaction.matched().getFirst().values()).hasSize(2);
        assertThat(transaction.matched().getFirst().message()).isEqualTo("it's, well");
    }
}
