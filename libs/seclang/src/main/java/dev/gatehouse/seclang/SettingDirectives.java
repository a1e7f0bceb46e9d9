package dev.gatehouse.seclang;

import dev.gatehouse.seclang.audit.AuditPart;
import dev.gatehouse.seclang.audit.AuditSettings;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.RegularExpression;
import dev.gatehouse.seclang.parse.Diagnostic;
import dev.gatehouse.seclang.parse.Directive;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.parse.Suggestion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads the directives that configure the whole rule set. */
final class SettingDirectives {
    private static final List<String> NAMES = List.of(
            "Include",
            "IncludeOptional",
            "SecAction",
            "SecArgumentSeparator",
            "SecArgumentsLimit",
            "SecAuditEngine",
            "SecAuditLog",
            "SecAuditLogDirMode",
            "SecAuditLogFileMode",
            "SecAuditLogFormat",
            "SecAuditLogParts",
            "SecAuditLogRelevantStatus",
            "SecAuditLogStorageDir",
            "SecAuditLogType",
            "SecCollectionTimeout",
            "SecComponentSignature",
            "SecCookieFormat",
            "SecCookieV0Separator",
            "SecDataset",
            "SecDefaultAction",
            "SecIgnoreRuleCompilationErrors",
            "SecMarker",
            "SecParseXmlIntoArgs",
            "SecRequestBodyAccess",
            "SecRequestBodyJsonDepthLimit",
            "SecRequestBodyLimit",
            "SecRequestBodyLimitAction",
            "SecRequestBodyNoFilesLimit",
            "SecResponseBodyAccess",
            "SecResponseBodyJsonDepthLimit",
            "SecResponseBodyLimit",
            "SecResponseBodyLimitAction",
            "SecResponseBodyMimeType",
            "SecResponseBodyMimeTypesClear",
            "SecRule",
            "SecRuleEngine",
            "SecRuleRemoveById",
            "SecRuleRemoveByMsg",
            "SecRuleRemoveByTag",
            "SecRuleUpdateActionById",
            "SecRuleUpdateTargetById",
            "SecRuleUpdateTargetByMsg",
            "SecRuleUpdateTargetByTag",
            "SecSensorId",
            "SecServerSignature",
            "SecUploadFileLimit",
            "SecWebAppId");

    private static final String LOGS = "the engine logs as its host does";
    private static final String NO_FILES = "bodies are held in memory, and no file is written";
    private static final String PROXY = "connections are the proxy's";
    private static final String CODE_PAGE = "the best fit for ASCII is built in";

    /** Directives that are accepted for existing configurations and have no effect, each with the reason. */
    private static final Map<String, String> WITHOUT_EFFECT = Map.ofEntries(
            Map.entry("seccachetransformations", "transformed values are always shared by rules"),
            Map.entry("secchrootdir", "a container is the engine's cage"),
            Map.entry("secconnengine", PROXY),
            Map.entry("secconnreadstatelimit", PROXY),
            Map.entry("secconnwritestatelimit", PROXY),
            Map.entry("secdatadir", "persistent collections are kept in memory or in Redis"),
            Map.entry("secdebuglog", LOGS),
            Map.entry("secdebugloglevel", LOGS),
            Map.entry("secdisablebackendcompression", "compressed responses are decoded for inspection"),
            Map.entry("secinterceptonerror", "an error of a rule never lets a request through"),
            Map.entry("secpcrematchlimitrecursion", "expressions do not recurse; SecPcreMatchLimit limits their steps"),
            Map.entry("secreadstatelimit", PROXY),
            Map.entry("secrequestbodyinmemorylimit", NO_FILES),
            Map.entry("secruleinheritance", "a policy is one list of directives"),
            Map.entry("secruleperftime", "gatehouse waf profile shows what rules cost"),
            Map.entry("secrxprefilter", "a prefilter is always on"),
            Map.entry("secstatusengine", "the engine never calls its makers"),
            Map.entry("secstreaminbodyinspection", "STREAM_INPUT_BODY is always there"),
            Map.entry("secstreamoutbodyinspection", "STREAM_OUTPUT_BODY is always there"),
            Map.entry("sectmpdir", NO_FILES),
            Map.entry("sectmpsaveuploadedfiles", NO_FILES),
            Map.entry("secunicodecodepage", CODE_PAGE),
            Map.entry("secunicodemap", CODE_PAGE),
            Map.entry("secunicodemapfile", CODE_PAGE),
            Map.entry("secuploaddir", NO_FILES),
            Map.entry("secuploadfilemode", NO_FILES),
            Map.entry("secuploadkeepfiles", NO_FILES),
            Map.entry("secwritestatelimit", PROXY));

    private static final String HASHES = "links in pages are not signed by a proxy's WAF";

    /** Directives that are refused, since ignoring them would protect less than the configuration's author expects. */
    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("seccontentinjection", "the WAF does not write pages"),
            Map.entry("secgeolookupdb", "the engine reads no database of places; match addresses by @ipMatch"),
            Map.entry("secgsblookupdb", "Google has ended the Safe Browsing database of this form"),
            Map.entry("secguardianlog", "it pipes requests to a program; use the audit log"),
            Map.entry("sechashengine", HASHES),
            Map.entry("sechashkey", HASHES),
            Map.entry("sechashmethodpm", HASHES),
            Map.entry("sechashmethodrx", HASHES),
            Map.entry("sechashparam", HASHES),
            Map.entry(
                    "sechttpblkey",
                    "a request does not wait for name servers; use @ipMatchFromFile or @ipMatchFromDataset"),
            Map.entry("secremoterules", "rules come from policies, ConfigMaps or files, never from a URL"),
            Map.entry("secremoterulesfailaction", "rules come from policies, ConfigMaps or files, never from a URL"),
            Map.entry("secrulescript", "Lua is not run"));

    private final Settings.Draft draft = new Settings.Draft();
    private final List<Diagnostic> warnings;
    private final Map<String, List<String>> datasets = new HashMap<>();
    private boolean ignoresErrors;

    SettingDirectives(List<Diagnostic> warnings) {
        this.warnings = warnings;
    }

    Settings build() {
        return draft.build();
    }

    boolean ignoresErrors() {
        return ignoresErrors;
    }

    List<String> dataset(Span name) throws SecLangException {
        return Optional.ofNullable(datasets.get(name.text()))
                .orElseThrow(() -> name.error("there is no data set \"" + name + "\" (expected: "
                        + (datasets.isEmpty() ? "" : String.join(", ", new TreeSet<>(datasets.keySet())) + ", or ")
                        + "a SecDataset before the rule)"));
    }

    /** @param name the directive's name in lower case */
    void read(Directive.Setting directive, String name) throws SecLangException {
        switch (name) {
            case "secruleengine" -> draft.engine = Control.mode(only(directive, "On, Off or DetectionOnly"));
            case "secrequestbodyaccess" -> draft.requestAccess = on(directive);
            case "secrequestbodylimit" -> draft.requestLimit = bytes(directive);
            case "secrequestbodylimitaction" -> draft.requestReject = rejects(directive);
            case "secrequestbodynofileslimit" -> draft.requestNoFilesLimit = bytes(directive);
            case "secrequestbodyjsondepthlimit" -> draft.requestJsonDepth = count(directive, 1, 1_000_000);
            case "secresponsebodyaccess" -> draft.responseAccess = on(directive);
            case "secresponsebodylimit" -> draft.responseLimit = bytes(directive);
            case "secresponsebodylimitaction" -> draft.responseReject = rejects(directive);
            case "secresponsebodyjsondepthlimit" -> draft.responseJsonDepth = count(directive, 1, 1_000_000);
            case "secresponsebodymimetype" -> mimeTypes(directive);
            case "secresponsebodymimetypesclear" -> {
                none(directive);
                draft.responseTypes = Set.of();
            }
            case "secargumentslimit" -> draft.argumentsLimit = count(directive, 1, 10_000_000);
            case "secargumentseparator" -> draft.argumentSeparator = separator(directive);
            case "seccookiev0separator" -> draft.cookieSeparator = separator(directive);
            case "seccookieformat" -> draft.cookieFormat = count(directive, 0, 1);
            case "secuploadfilelimit" -> draft.uploadFileLimit = count(directive, 0, 1_000_000);
            case "secpcrematchlimit" -> draft.steps = count(directive, 1, 1_000_000_000);
            case "seccollectiontimeout" -> draft.collectionTimeout = count(directive, 1, 1_000_000_000);
            case "secparsexmlintoargs" ->
                draft.xmlArguments = Control.xmlArguments(only(directive, "On, Off or OnlyArgs"));
            case "secxmlexternalentity" -> {
                if (on(directive)) {
                    throw directive
                            .name()
                            .error("SecXmlExternalEntity On would let requests make the engine read files"
                                    + " (expected: Off; entities are never resolved)");
                }
            }
            case "secwebappid" -> draft.webAppId = only(directive, "a name").text();
            case "secsensorid" -> draft.sensorId = only(directive, "a name").text();
            case "secserversignature" ->
                draft.serverSignature = only(directive, "a text").text();
            case "seccomponentsignature" -> {
                List<String> all = new ArrayList<>(draft.signatures);
                all.add(only(directive, "a text").text());
                draft.signatures = all;
            }
            case "secignorerulecompilationerrors" -> ignoresErrors = on(directive);
            case "secdataset" -> dataset(directive);
            default -> {
                if (!audit(directive, name)) {
                    other(directive.name(), name);
                }
            }
        }
    }

    private boolean audit(Directive.Setting directive, String name) throws SecLangException {
        AuditSettings audit = draft.audit;
        switch (name) {
            case "secauditengine" ->
                draft.audit = audit.engine(Control.audit(only(directive, "On, Off or RelevantOnly")));
            case "secauditlogparts" -> draft.audit = audit.parts(parts(directive));
            case "secauditlogrelevantstatus" -> {
                RegularExpression statuses = RegularExpression.compile(only(directive, "a regular expression"));
                draft.audit = audit.relevantStatus(status -> statuses.isFoundIn(Bytes.number(status)));
            }
            case "secauditlogtype" -> draft.audit = audit.type(type(directive));
            case "secauditlogformat" -> draft.audit = audit.format(format(directive));
            case "secauditlog", "secauditlog2" ->
                draft.audit = audit.target(only(directive, "a file or a URL").text());
            case "secauditlogstoragedir" ->
                draft.audit = audit.storageDir(only(directive, "a folder").text());
            case "secauditlogdirmode" ->
                draft.audit = audit.modes(Numeric.mode(only(directive, "permissions"), 0750), audit.fileMode());
            case "secauditlogfilemode" ->
                draft.audit = audit.modes(audit.dirMode(), Numeric.mode(only(directive, "permissions"), 0640));
            default -> {
                return false;
            }
        }
        return true;
    }

    private void other(Span name, String lower) throws SecLangException {
        Optional<String> reason = Optional.ofNullable(WITHOUT_EFFECT.get(lower));
        if (reason.isEmpty()) {
            throw name.error(Optional.ofNullable(REFUSED.get(lower))
                    .map(why -> "directive " + name + " is not supported: " + why)
                    .orElseGet(() -> "unknown directive \"" + name + "\" (expected: one of " + String.join(", ", NAMES)
                            + ")" + Suggestion.of(name.text(), NAMES)));
        }
        warnings.add(name.diagnostic("directive " + name + " is accepted and has no effect: " + reason.get()));
    }

    /** {@code SecDataset name `lines`}. */
    private void dataset(Directive.Setting directive) throws SecLangException {
        List<Span> arguments = some(directive, "a name and lines between backticks");
        if (arguments.size() != 2) {
            throw directive
                    .name()
                    .error("SecDataset with " + arguments.size()
                            + " arguments (expected: a name and lines between backticks)");
        }
        datasets.put(
                arguments.getFirst().text(),
                arguments
                        .get(1)
                        .text()
                        .lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList());
    }

    private void mimeTypes(Directive.Setting directive) throws SecLangException {
        Set<String> types = new HashSet<>();
        for (Span argument : some(directive, "content types, as in text/html")) {
            for (String type : argument.text().strip().split("\\s+", -1)) {
                types.add(type.toLowerCase(Locale.ROOT));
            }
        }
        draft.responseTypes = types;
    }

    private static int separator(Directive.Setting directive) throws SecLangException {
        Span argument = only(directive, "one character");
        if (argument.text().length() != 1 || argument.text().charAt(0) > 0x7e) {
            throw argument.error("\"" + argument + "\" (expected: one ASCII character, as in &)");
        }
        return argument.text().charAt(0);
    }

    private static Set<AuditPart> parts(Directive.Setting directive) throws SecLangException {
        Span argument = only(directive, "letters, as in ABIJDEFHZ");
        return AuditPart.parse(argument.text())
                .orElseThrow(() -> argument.error("\"" + argument + "\" (expected: letters of A to K and Z)"));
    }

    private static AuditSettings.Type type(Directive.Setting directive) throws SecLangException {
        Span argument = only(directive, "Serial, Concurrent, HTTPS or Syslog");
        return switch (argument.text().toLowerCase(Locale.ROOT)) {
            case "serial" -> AuditSettings.Type.SERIAL;
            case "concurrent" -> AuditSettings.Type.CONCURRENT;
            case "https" -> AuditSettings.Type.HTTPS;
            case "syslog" -> AuditSettings.Type.SYSLOG;
            default -> throw argument.error("\"" + argument + "\" (expected: Serial, Concurrent, HTTPS or Syslog)");
        };
    }

    private static AuditSettings.Format format(Directive.Setting directive) throws SecLangException {
        Span argument = only(directive, "Native, JSON, JsonLegacy or OCSF");
        return switch (argument.text().toLowerCase(Locale.ROOT)) {
            case "native" -> AuditSettings.Format.NATIVE;
            case "json" -> AuditSettings.Format.JSON;
            case "jsonlegacy" -> AuditSettings.Format.JSON_LEGACY;
            case "ocsf" -> AuditSettings.Format.OCSF;
            default -> throw argument.error("\"" + argument + "\" (expected: Native, JSON, JsonLegacy or OCSF)");
        };
    }

    private static boolean on(Directive.Setting directive) throws SecLangException {
        return Control.isOn(only(directive, "On or Off"));
    }

    private static long bytes(Directive.Setting directive) throws SecLangException {
        return Numeric.bytes(only(directive, "a number of bytes"));
    }

    private static int count(Directive.Setting directive, int least, int most) throws SecLangException {
        return (int) Numeric.number(only(directive, "a number"), least, most);
    }

    private static boolean rejects(Directive.Setting directive) throws SecLangException {
        Span argument = only(directive, "Reject or ProcessPartial");
        return switch (argument.text().toLowerCase(Locale.ROOT)) {
            case "reject" -> true;
            case "processpartial" -> false;
            default -> throw argument.error("\"" + argument + "\" (expected: Reject or ProcessPartial)");
        };
    }

    private static void none(Directive.Setting directive) throws SecLangException {
        if (!directive.arguments().isEmpty()) {
            throw directive.arguments().getFirst().error(directive.name() + " takes no argument");
        }
    }

    static List<Span> some(Directive.Setting directive, String expected) throws SecLangException {
        if (directive.arguments().isEmpty()) {
            throw directive.name().error(directive.name() + " without an argument (expected: " + expected + ")");
        }
        return directive.arguments();
    }

    static Span only(Directive.Setting directive, String expected) throws SecLangException {
        List<Span> arguments = some(directive, expected);
        if (arguments.size() > 1) {
            throw arguments
                    .get(1)
                    .error("\"" + arguments.get(1) + "\" is too much for " + directive.name() + " (expected: only "
                            + expected + ")");
        }
        return arguments.getFirst();
    }
}
