package dev.gatehouse.seclangtools.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.CoreRuleSet;
import dev.gatehouse.seclang.DirectoryFiles;
import dev.gatehouse.seclang.RuleFiles;
import dev.gatehouse.seclang.transform.Transformation;
import dev.gatehouse.seclangtools.GoModule;
import dev.gatehouse.seclangtools.peers.Engines.Peer;
import dev.gatehouse.seclangtools.peers.Engines.Post;
import dev.gatehouse.seclangtools.peers.Engines.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Malformed input beside both peers: where libmodsecurity and Coraza agree with each other, this engine agrees with them, or {@link
 * Argued} says why not.
 */
class PeersIT {
    private static final long SEED = 15;
    private static final int VALUES = 3000;
    private static final int BODIES = 700;
    private static final int REQUESTS = 130;

    private static final Set<String> NOT_OF_CORAZA =
            Set.of("parityEven7bit", "parityOdd7bit", "parityZero7bit", "sqlHexDecode");
    private static final Set<String> NOT_OF_MODSECURITY = Set.of();

    @TempDir
    Path folder = Path.of("");

    @Test
    void transformationsMakeOfMalformedValuesWhatBothPeersMakeOfThem() throws IOException, InterruptedException {
        MalformedInput input = new MalformedInput(SEED);
        List<Post> requests = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < VALUES; i++) {
            String value = i % 5 == 0 ? input.bytes(24) : input.value(6);
            values.add(value);
            requests.add(new Post(
                    "value-" + i,
                    "/",
                    Optional.of("application/x-www-form-urlencoded"),
                    "x=" + MalformedInput.escaped(value)));
        }
        List<String> names = List.copyOf(Transformation.names());
        List<Verdict> ours =
                Engines.ours(Engines.compile(transforming(names, Set.of()), new DirectoryFiles(folder)), requests);
        Map<Peer, List<Verdict>> theirs = new EnumMap<>(Peer.class);
        theirs.put(
                Peer.MODSECURITY,
                Engines.of(Peer.MODSECURITY, Optional.of(transforming(names, NOT_OF_MODSECURITY)), requests, folder));
        theirs.put(
                Peer.CORAZA,
                Engines.of(Peer.CORAZA, Optional.of(transforming(names, NOT_OF_CORAZA)), requests, folder));
        Differences differences = new Differences();
        for (int i = 0; i < values.size(); i++) {
            for (int t = 0; t < names.size(); t++) {
                long rule = 1000 + t;
                List<String> agreed = new ArrayList<>();
                for (List<Verdict> each : theirs.values()) {
                    Optional.ofNullable(each.get(i).data().get(rule)).ifPresent(agreed::add);
                }
                differences.note(
                        names.get(t),
                        MalformedInput.hex(values.get(i)),
                        ours.get(i).data().getOrDefault(rule, "none"),
                        agreed);
            }
        }
        differences.areNone(80_000);
    }

    private static String transforming(Collection<String> names, Set<String> lacking) {
        StringBuilder rules = new StringBuilder("SecRuleEngine On\nSecRequestBodyAccess On\n");
        int id = 1000;
        for (String name : names) {
            if (!lacking.contains(name)) {
                rules.append("SecRule ARGS:x \"@unconditionalMatch\" \"id:" + id + ",phase:2,pass,log,msg:'" + name
                        + "',t:none,t:" + name + ",t:hexEncode,logdata:'%{MATCHED_VAR}'\"\n");
            }
            id++;
        }
        return rules.toString();
    }

    private static final String READING = """
            SecRuleEngine On
            SecRequestBodyAccess On
            SecArgumentsLimit 1000
            SecRule REQUEST_HEADERS:Content-Type "^(?:application(?:/soap\\+|/)|text/)xml" "id:1,phase:1,pass,nolog,t:none,t:lowercase,ctl:requestBodyProcessor=XML"
            SecRule REQUEST_HEADERS:Content-Type "^application/json" "id:2,phase:1,pass,nolog,t:none,t:lowercase,ctl:requestBodyProcessor=JSON"
            SecAction "id:3,phase:1,pass,nolog,setvar:'tx.args=:',setvar:'tx.names=:',setvar:'tx.files=:',setvar:'tx.text=:',setvar:'tx.attributes=:',setvar:'tx.error=0',setvar:'tx.strict=0'"
            SecRule ARGS "@unconditionalMatch" "id:11,phase:2,pass,nolog,t:none,t:hexEncode,setvar:'tx.args=%{tx.args} %{MATCHED_VAR}'"
            SecRule ARGS_NAMES "@unconditionalMatch" "id:12,phase:2,pass,nolog,t:none,t:hexEncode,setvar:'tx.names=%{tx.names} %{MATCHED_VAR}'"
            SecRule FILES "@unconditionalMatch" "id:13,phase:2,pass,nolog,t:none,t:hexEncode,setvar:'tx.files=%{tx.files} %{MATCHED_VAR}'"
            SecRule XML:/* "@unconditionalMatch" "id:14,phase:2,pass,nolog,t:none,t:hexEncode,setvar:'tx.text=%{tx.text} %{MATCHED_VAR}'"
            SecRule XML://@* "@unconditionalMatch" "id:15,phase:2,pass,nolog,t:none,t:hexEncode,setvar:'tx.attributes=%{tx.attributes} %{MATCHED_VAR}'"
            SecRule REQBODY_ERROR "@eq 1" "id:16,phase:2,pass,nolog,setvar:'tx.error=1'"
            SecRule MULTIPART_STRICT_ERROR "@eq 1" "id:17,phase:2,pass,nolog,setvar:'tx.strict=1'"
            SecAction "id:21,phase:2,pass,log,msg:'error',logdata:'%{tx.error}'"
            SecAction "id:22,phase:2,pass,log,msg:'strict',logdata:'%{tx.strict}'"
            SecAction "id:23,phase:2,pass,log,msg:'args',logdata:'%{tx.args}'"
            SecAction "id:24,phase:2,pass,log,msg:'names',logdata:'%{tx.names}'"
            SecAction "id:25,phase:2,pass,log,msg:'files',logdata:'%{tx.files}'"
            SecAction "id:26,phase:2,pass,log,msg:'text',logdata:'%{tx.text}'"
            SecAction "id:27,phase:2,pass,log,msg:'attributes',logdata:'%{tx.attributes}'"
            """;

    @Test
    void bodiesAreReadAsBothPeersReadThemOrRefusedAsByBoth() throws IOException, InterruptedException {
        List<Post> requests = new MalformedBodies(SEED).make(BODIES);
        List<Verdict> ours = Engines.ours(Engines.compile(READING, new DirectoryFiles(folder)), requests);
        List<Verdict> modsecurity = Engines.of(Peer.MODSECURITY, Optional.of(READING), requests, folder);
        List<Verdict> coraza = Engines.of(Peer.CORAZA, Optional.of(READING), requests, folder);
        Differences differences = new Differences();
        for (int i = 0; i < requests.size(); i++) {
            Post request = requests.get(i);
            String kind = request.name().substring(0, request.name().indexOf('-'));
            Reading own = Reading.of(kind, ours.get(i));
            Reading first = Reading.of(kind, modsecurity.get(i));
            Reading second = Reading.of(kind, coraza.get(i));
            String input = request.contentType().orElse("no type") + " | " + request.body();
            differences.note(kind + " refused", input, own.refused(), List.of(first.refused(), second.refused()));
            if (!first.isRefused() && !second.isRefused() && !own.isRefused()) {
                for (String part : first.parts().keySet()) {
                    differences.note(
                            kind + " " + part,
                            input,
                            own.parts().get(part),
                            List.of(first.parts().get(part), second.parts().get(part)));
                }
            }
        }
        differences.areNone(4_500);
    }

    @Test
    void theCoreRuleSetBlocksMalformedRequestsAsItDoesInBothPeers() throws IOException, InterruptedException {
        Path rules;
        try {
            rules = GoModule.folder(GoModule.CORE_RULE_SET).resolve("rules");
        } catch (IOException e) {
            Assumptions.abort("no " + GoModule.CORE_RULE_SET + ": " + e.getMessage());
            return;
        }
        RuleFiles files = new CoreRuleSet(rules).or(new DirectoryFiles(rules));
        List<Post> requests = new MalformedBodies(SEED + 1).make(REQUESTS);
        List<Verdict> ours = Engines.ours(Engines.compile(CRS, files), requests);
        List<Verdict> modsecurity = Engines.of(Peer.MODSECURITY, Optional.empty(), requests, folder);
        List<Verdict> coraza = Engines.of(Peer.CORAZA, Optional.empty(), requests, folder);
        Differences differences = new Differences();
        for (int i = 0; i < requests.size(); i++) {
            Post request = requests.get(i);
            differences.note(
                    "crs " + request.name().substring(0, request.name().indexOf('-')),
                    request.contentType().orElse("no type") + " | " + request.body() + " | "
                            + ours.get(i).data().keySet()
                            + modsecurity.get(i).data().keySet()
                            + coraza.get(i).data().keySet(),
                    verdict(ours.get(i)),
                    List.of(verdict(modsecurity.get(i)), verdict(coraza.get(i))));
        }
        differences.areNone(400);
    }

    private static final String CRS = """
            Include @recommended-conf
            SecRuleEngine On
            SecAuditEngine Off
            Include @crs-setup-conf
            SecAction "id:900000,phase:1,pass,t:none,nolog,setvar:tx.blocking_paranoia_level=1"
            Include @owasp_crs/*.conf
            """;

    private static String verdict(Verdict verdict) {
        return verdict.status() == 200 ? "passes" : "is blocked";
    }

    /** What was made of a body, in a form in which the engines' own names and orders are gone. */
    private record Reading(boolean isRefused, Map<String, String> parts) {
        static Reading of(String kind, Verdict verdict) {
            boolean refused = verdict.data().getOrDefault(21L, "").equals("1")
                    || verdict.data().getOrDefault(22L, "").equals("1");
            Map<String, String> parts = new TreeMap<>();
            switch (kind) {
                case "json" -> parts.put("args", words(verdict, 23, true));
                case "xml" -> {
                    parts.put("text", joined(verdict, 26));
                    parts.put("attributes", words(verdict, 27, false));
                }
                default -> {
                    parts.put("args", words(verdict, 23, false));
                    parts.put("names", words(verdict, 24, false));
                    parts.put("files", words(verdict, 25, false));
                }
            }
            return new Reading(refused, parts);
        }

        String refused() {
            return isRefused ? "refused" : "read";
        }

        private static List<String> values(Verdict verdict, long rule) {
            String said = verdict.data().getOrDefault(rule, ":").substring(1);
            return said.isEmpty() ? List.of() : List.of(said.substring(1).split(" ", -1));
        }

        /** @param lengths whether numbers are left out: the lengths of arrays are arguments in two engines */
        private static String words(Verdict verdict, long rule, boolean lengths) {
            return values(verdict, rule).stream()
                    .map(MalformedInput::unhex)
                    .filter(value -> !lengths || !value.matches("\\d*"))
                    .distinct()
                    .sorted()
                    .toList()
                    .toString();
        }

        /**
         * Texts without white space, as if they were one: libmodsecurity gives one for the whole document, and this engine gives it
         * before the others where elements are inside of texts.
         */
        private static String joined(Verdict verdict, long rule) {
            List<String> texts = values(verdict, rule).stream()
                    .map(text -> MalformedInput.unhex(text).replaceAll("[ \t\r\n]", ""))
                    .toList();
            String all = String.join("", texts);
            String whole = texts.isEmpty() ? "" : texts.getFirst();
            String others = all.substring(whole.length());
            return !whole.isEmpty() && others.endsWith(whole) && texts.size() > 2 ? others : all;
        }
    }

    /** What both peers agree on, and this engine does not. */
    private static final class Differences {
        private final Map<String, List<String>> found = new TreeMap<>();
        private int agreements;

        void note(String what, String input, String ours, List<String> theirs) {
            if (theirs.stream().distinct().count() != 1) {
                return;
            }
            if (theirs.getFirst().equals(ours)) {
                agreements++;
            } else if (Argued.reason(what, new Argued.Difference(input, ours, theirs.getFirst()))
                    .isEmpty()) {
                found.computeIfAbsent(what, key -> new ArrayList<>())
                        .add(input + " => " + ours + " (both peers: " + theirs.getFirst() + ")");
            }
        }

        /** @param least how often both peers and this engine must have agreed, so that the comparison is one */
        void areNone(int least) {
            assertThat(found).as("what both peers do, and this engine does not").isEmpty();
            assertThat(agreements).isGreaterThan(least);
        }
    }
}
