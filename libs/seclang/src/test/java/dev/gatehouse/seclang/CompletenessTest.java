package dev.gatehouse.seclang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * All of SecLang: every directive, variable, operator, transformation, action and ctl of ModSecurity 2.9 and 3 and of Coraza 3.8 is
 * accepted, or accepted with a warning that it has no effect, or refused by its name with a reason. What is not accepted is in
 * docs/waf.md.
 */
class CompletenessTest {
    /** How a construct is met. */
    private enum Met {
        ACCEPTED,
        WARNED,
        REFUSED
    }

    private static final String DIRECTIVES = """
            SecAction "id:9,phase:1,pass"
            SecArgumentSeparator ;
            SecArgumentsLimit 1000
            SecAuditEngine RelevantOnly
            SecAuditLog /dev/stdout
            SecAuditLog2 /dev/stdout
            SecAuditLogDirMode 0750
            SecAuditLogFileMode 0640
            SecAuditLogFormat JSON
            SecAuditLogParts ABIJDEFHZ
            SecAuditLogRelevantStatus "^5"
            SecAuditLogStorageDir audit
            SecAuditLogType Concurrent
            SecCollectionTimeout 3600
            SecComponentSignature "a/1"
            SecCookieFormat 0
            SecCookieV0Separator ,
            SecDefaultAction "phase:2,log,auditlog,pass"
            SecIgnoreRuleCompilationErrors On
            SecMarker END
            SecParseXmlIntoArgs OnlyArgs
            SecRequestBodyAccess On
            SecRequestBodyJsonDepthLimit 512
            SecRequestBodyLimit 13107200
            SecRequestBodyLimitAction ProcessPartial
            SecRequestBodyNoFilesLimit 131072
            SecResponseBodyAccess On
            SecResponseBodyJsonDepthLimit 512
            SecResponseBodyLimit 524288
            SecResponseBodyLimitAction Reject
            SecResponseBodyMimeType text/plain text/html
            SecResponseBodyMimeTypesClear
            SecRule ARGS "@rx a" "id:9,phase:1,pass"
            SecRuleEngine DetectionOnly
            SecRuleRemoveById 1 2-5 "7"
            SecRuleRemoveByMsg "a"
            SecRuleRemoveByTag "a"
            SecRuleUpdateActionById 1 "log"
            SecRuleUpdateTargetById 1 "!ARGS:a"
            SecRuleUpdateTargetByMsg "a" "!ARGS:a"
            SecRuleUpdateTargetByTag "a" "!ARGS:a"
            SecSensorId a
            SecServerSignature "a"
            SecUploadFileLimit 10
            SecWebAppId a
            ~ SecCacheTransformations Off
            ~ SecChrootDir /chroot
            ~ SecConnEngine On
            ~ SecConnReadStateLimit 50
            ~ SecConnWriteStateLimit 50
            ~ SecDataDir /tmp
            ~ SecDebugLog /tmp/debug.log
            ~ SecDebugLogLevel 3
            ~ SecDisableBackendCompression On
            ~ SecInterceptOnError On
            ~ SecPcreMatchLimitRecursion 1000
            ~ SecReadStateLimit 50
            ~ SecRequestBodyInMemoryLimit 131072
            ~ SecRuleInheritance On
            ~ SecRulePerfTime 1000
            ~ SecRxPreFilter On
            ~ SecStatusEngine On
            ~ SecStreamInBodyInspection On
            ~ SecStreamOutBodyInspection On
            ~ SecTmpDir /tmp
            ~ SecTmpSaveUploadedFiles On
            ~ SecUnicodeCodePage 20127
            ~ SecUnicodeMap unicode.mapping
            ~ SecUnicodeMapFile unicode.mapping 20127
            ~ SecUploadDir /tmp
            ~ SecUploadFileMode 0600
            ~ SecUploadKeepFiles RelevantOnly
            ~ SecWriteStateLimit 50
            SecXmlExternalEntity Off
            ! SecContentInjection On
            ! SecGeoLookupDb geo.dat
            ! SecGsbLookupDb gsb.dat
            ! SecGuardianLog |/bin/guardian
            ! SecHashEngine On
            ! SecHashKey "a" KeyOnly
            ! SecHashMethodPm HashHref "a"
            ! SecHashMethodRx HashHref "a"
            ! SecHashParam "a"
            ! SecHttpBlKey whdkfieyhtnf
            ! SecRemoteRules a https://rules.example
            ! SecRemoteRulesFailAction Warn
            ! SecRuleScript /a.lua "id:9,phase:1,pass"
            ! SecXmlExternalEntity On
            """;

    private static final String VARIABLES = """
            ARGS ARGS:a ARGS_COMBINED_SIZE ARGS_GET ARGS_GET_NAMES ARGS_NAMES ARGS_PATH ARGS_POST ARGS_POST_NAMES
            ARGUMENTS_LIMIT_REACHED AUTH_TYPE DURATION ENV:A FILES FILES_COMBINED_SIZE FILES_NAMES FILES_SIZES FILES_TMPNAMES
            FILES_TMP_CONTENT FULL_REQUEST FULL_REQUEST_LENGTH GEO:COUNTRY_CODE GLOBAL:a HIGHEST_SEVERITY INBOUND_DATA_ERROR IP:a
            JSON:a MATCHED_VAR MATCHED_VARS MATCHED_VARS_NAMES MATCHED_VAR_NAME MODSEC_BUILD MSC_PCRE_ERROR
            MSC_PCRE_LIMITS_EXCEEDED MULTIPART_BOUNDARY_QUOTED MULTIPART_BOUNDARY_WHITESPACE MULTIPART_CRLF_LF_LINES
            MULTIPART_DATA_AFTER MULTIPART_DATA_BEFORE MULTIPART_DUPLICATE_PART_HEADER MULTIPART_FILENAME
            MULTIPART_FILENAME_CHARSET MULTIPART_FILENAME_LANGUAGE MULTIPART_FILE_LIMIT_EXCEEDED MULTIPART_HEADER_FOLDING
            MULTIPART_INVALID_HEADER_FOLDING MULTIPART_INVALID_PART MULTIPART_INVALID_QUOTING MULTIPART_LF_LINE
            MULTIPART_MISSING_SEMICOLON MULTIPART_NAME MULTIPART_PART_HEADERS MULTIPART_STRICT_ERROR
            MULTIPART_UNMATCHED_BOUNDARY OUTBOUND_DATA_ERROR PATH_INFO QUERY_STRING REMOTE_ADDR REMOTE_HOST REMOTE_PORT
            REMOTE_USER REQBODY_ERROR REQBODY_ERROR_MSG REQBODY_PROCESSOR REQBODY_PROCESSOR_ERROR REQBODY_PROCESSOR_ERROR_MSG
            REQUEST_BASENAME REQUEST_BODY REQUEST_BODY_LENGTH REQUEST_COOKIES REQUEST_COOKIES_NAMES REQUEST_FILENAME
            REQUEST_HEADERS REQUEST_HEADERS:a REQUEST_HEADERS_NAMES REQUEST_LINE REQUEST_METHOD REQUEST_PROTOCOL REQUEST_URI
            REQUEST_URI_RAW REQUEST_XML RESOURCE:a RESPONSE_ARGS RESPONSE_BODY RESPONSE_CONTENT_LENGTH RESPONSE_CONTENT_TYPE
            RESPONSE_HEADERS RESPONSE_HEADERS_NAMES RESPONSE_PROTOCOL RESPONSE_STATUS RESPONSE_XML RES_BODY_ERROR
            RES_BODY_ERROR_MSG RES_BODY_PROCESSOR RES_BODY_PROCESSOR_ERROR RES_BODY_PROCESSOR_ERROR_MSG RULE:id SERVER_ADDR
            SERVER_NAME SERVER_PORT SESSION:a SESSIONID STATUS_LINE STREAM_INPUT_BODY STREAM_OUTPUT_BODY TIME TIME_DAY
            TIME_EPOCH TIME_HOUR TIME_MIN TIME_MON TIME_SEC TIME_WDAY TIME_YEAR TX:a TX:/^a/ UNIQUE_ID URI_PARSE_ERROR
            URLENCODED_ERROR USER:a USERAGENT_IP USERID WEBAPPID XML XML:/* XML://@* &ARGS !ARGS:a|ARGS
            !PERF_ALL !PERF_COMBINED !PERF_GC !PERF_LOGGING !PERF_PHASE1 !PERF_PHASE2 !PERF_PHASE3 !PERF_PHASE4 !PERF_PHASE5
            !PERF_RULES !PERF_SREAD !PERF_SWRITE !SCRIPT_BASENAME !SCRIPT_FILENAME !SCRIPT_GID !SCRIPT_GROUPNAME !SCRIPT_MODE
            !SCRIPT_UID !SCRIPT_USERNAME !SDBM_DELETE_ERROR !WEBSERVER_ERROR_LOG
            """;

    private static final String OPERATORS = """
            beginsWith a
            contains a
            containsWord a
            detectSQLi
            detectXSS
            endsWith a
            eq 1
            ge 1
            gt 1
            ipMatch 10.0.0.0/8,::1
            ipMatchF list
            ipMatchFromDataset set
            ipMatchFromFile list
            le 1
            lt 1
            noMatch
            pm a b
            pmf list
            pmFromDataset set
            pmFromFile list
            restpath /a/{b}
            rx a
            rxGlobal a
            streq a
            strmatch a
            unconditionalMatch
            validateByteRange 32-126
            validateNid cl [0-9]+
            validateSchema schema.json
            validateUrlEncoding
            validateUtf8Encoding
            verifyCC [0-9]+
            verifyCPF [0-9]+
            verifySSN [0-9]+
            verifySVNR [0-9]+
            within a b
            ! fuzzyHash hashes 6
            ! geoLookup
            ! gsbLookup a
            ! inspectFile /a.pl
            ! rbl dnsbl.example
            ! rsub s/a/b/
            ! validateDTD a.dtd
            ! validateHash a
            """;

    private static final String TRANSFORMATIONS = """
            base64Decode base64DecodeExt base64Encode cmdLine compressWhitespace cssDecode escapeSeqDecode hexDecode hexEncode
            htmlEntityDecode jsDecode length lowercase md5 none normalisePath normalisePathWin normalizePath normalizePathWin
            parityEven7bit parityOdd7bit parityZero7bit removeComments removeCommentsChar removeNulls removeWhitespace
            replaceComments replaceNulls sha1 sqlHexDecode trim trimLeft trimRight uppercase urlDecode urlDecodeUni urlEncode
            utf8toUnicode
            """;

    private static final String ACTIONS = """
            accuracy:1
            allow
            allow:phase
            allow:request
            auditlog
            block
            capture
            deny
            deprecatevar:ip.a=1/60
            drop
            expirevar:ip.a=60
            initcol:ip=%{REMOTE_ADDR}
            log
            logdata:'a'
            maturity:1
            msg:'a'
            multiMatch
            noauditlog
            nolog
            pass
            redirect:'https://a.example'
            rev:1
            sanitiseArg:a
            sanitiseMatched
            sanitiseMatchedBytes
            sanitiseRequestHeader:a
            sanitiseResponseHeader:a
            setenv:a=b
            setrsc:a
            setsid:a
            setuid:a
            setvar:tx.a=+1
            severity:CRITICAL
            severity:2
            skip:1
            skipAfter:END
            status:403
            t:none
            tag:'a'
            ver:'a'
            xmlns:a=http://a.example
            ! append:'a'
            ! exec:/a.lua
            ! pause:100
            ! prepend:'a'
            ! proxy:http://a.example
            ctl:auditEngine=Off
            ctl:auditLogParts=+E
            ctl:debugLogLevel=9
            ctl:forceRequestBodyVariable=On
            ctl:forceResponseBodyVariable=On
            ctl:parseXmlIntoArgs=On
            ctl:requestBodyAccess=Off
            ctl:requestBodyLimit=1000
            ctl:requestBodyProcessor=JSON
            ctl:responseBodyAccess=Off
            ctl:responseBodyLimit=1000
            ctl:responseBodyProcessor=XML
            ctl:ruleEngine=Off
            ctl:ruleRemoveById=1-5
            ctl:ruleRemoveByMsg=a
            ctl:ruleRemoveByTag=a
            ctl:ruleRemoveTargetById=1;ARGS:a
            ctl:ruleRemoveTargetByMsg=a;ARGS:/a/
            ctl:ruleRemoveTargetByTag=a;XML://@*
            ! ctl:hashEngine=On
            ! ctl:hashEnforcement=On
            """;

    private static final RuleFiles FILES = new RuleFiles() {
        @Override
        public List<Source> include(String pattern, String from) {
            return List.of();
        }

        @Override
        public Optional<Bytes> data(String name, String from) {
            return Optional.of(
                    Bytes.latin1(name.equals("schema.json") ? "{}" : name.equals("list") ? "192.0.2.1\n" : ""));
        }
    };

    @TestFactory
    Stream<DynamicTest> directives() {
        return lines(DIRECTIVES).map(line -> test("directive", line, written -> edited(written) + written));
    }

    /** What a directive that edits rules needs before it. */
    private static String edited(String directive) {
        if (!directive.startsWith("SecRuleRemove") && !directive.startsWith("SecRuleUpdate")) {
            return "";
        }
        return Stream.of(1, 2, 7)
                .map(id -> "SecAction \"id:" + id + ",phase:1,pass,msg:'a',tag:'a'\"\n")
                .collect(Collectors.joining());
    }

    @TestFactory
    Stream<DynamicTest> variables() {
        return words(VARIABLES)
                .map(word -> word.startsWith("!") && !word.contains("|") ? "! " + word.substring(1) : word)
                .map(line -> test("variable", line, name -> "SecRule " + name + " \"@rx a\" \"id:9,phase:2,pass\""));
    }

    @TestFactory
    Stream<DynamicTest> operators() {
        return lines(OPERATORS)
                .map(line -> test(
                        "operator",
                        line,
                        operator -> "SecDataset set `\n192.0.2.1\n`\nSecRule ARGS \"@" + operator
                                + "\" \"id:9,phase:2,pass\""));
    }

    @TestFactory
    Stream<DynamicTest> transformations() {
        return words(TRANSFORMATIONS)
                .map(line -> test(
                        "transformation", line, name -> "SecRule ARGS \"@rx a\" \"id:9,phase:2,pass,t:" + name + "\""));
    }

    @TestFactory
    Stream<DynamicTest> actions() {
        return lines(ACTIONS)
                .map(line -> test(
                        "action",
                        line,
                        action -> "SecRule ARGS \"@rx a\" \"id:9,phase:1," + action + "\"\nSecMarker END"));
    }

    private interface Rule {
        String of(String written);
    }

    private static DynamicTest test(String kind, String line, Rule rule) {
        Met expected = line.startsWith("! ") ? Met.REFUSED : line.startsWith("~ ") ? Met.WARNED : Met.ACCEPTED;
        String written = expected == Met.ACCEPTED ? line : line.substring(2);
        return DynamicTest.dynamicTest(written + " is " + expected.name().toLowerCase(Locale.ROOT), () -> {
            Compilation compilation = RuleSet.compile(List.of(new Source("rules", rule.of(written))), FILES);
            assertThat(met(compilation)).as(compilation.toString()).isEqualTo(expected);
            if (compilation instanceof Compilation.Rejected rejected) {
                assertThat(rejected.errors().getFirst().toString())
                        .startsWith("rules:")
                        .doesNotContain("unknown");
            }
            if (expected != Met.ACCEPTED) {
                assertThat(documentation().contains(name(kind, written)))
                        .as("docs/waf.md on " + name(kind, written))
                        .isTrue();
            }
        });
    }

    private static Met met(Compilation compilation) {
        return switch (compilation) {
            case Compilation.Rejected rejected -> Met.REFUSED;
            case Compilation.Compiled compiled -> compiled.warnings().isEmpty() ? Met.ACCEPTED : Met.WARNED;
        };
    }

    /** As the documentation has it: a family by what its names have in common. */
    private static String name(String kind, String written) {
        String name = written.split("[ =]", 2)[0];
        return switch (kind) {
            case "operator" -> "`@" + name;
            case "action" -> name.startsWith("ctl:") ? name : "`" + name.split(":", 2)[0];
            case "variable" ->
                name.startsWith("PERF_") ? "`PERF_" : name.startsWith("SCRIPT_") ? "`SCRIPT_" : "`" + name;
            default -> name.startsWith("SecHash") ? "SecHash" : name;
        };
    }

    private static String documentation() throws IOException {
        return Files.readString(Path.of("..", "..", "docs", "waf.md"));
    }

    private static Stream<String> lines(String table) {
        return table.lines().map(String::strip);
    }

    private static Stream<String> words(String table) {
        return Arrays.stream(table.strip().split("\\s+"));
    }
}
