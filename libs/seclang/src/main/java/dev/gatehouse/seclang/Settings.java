package dev.gatehouse.seclang;

import dev.gatehouse.seclang.audit.AuditSettings;
import java.util.List;
import java.util.Set;

/**
 * The configuration of the whole rule set by directives.
 *
 * @param request how bodies of requests are read
 * @param response how bodies of responses are read
 * @param argumentSeparator the separator between the pairs of a query or form
 * @param cookieFormat 0: Netscape's; 1: RFC 2965's, with quotes
 * @param cookieSeparator the separator between cookies of format 0
 * @param uploadFileLimit the most files in a multipart body; 0: no limit
 * @param steps the step limit of regular expressions that need backtracking
 * @param collectionTimeout the timeout of persistent collections, in seconds
 * @param signatures the values of {@code SecComponentSignature}
 */
record Settings(
        EngineMode engine,
        Body request,
        Body response,
        Set<String> responseTypes,
        XmlArguments xmlArguments,
        int argumentsLimit,
        int argumentSeparator,
        int cookieFormat,
        int cookieSeparator,
        int uploadFileLimit,
        long steps,
        long collectionTimeout,
        String webAppId,
        String sensorId,
        String serverSignature,
        List<String> signatures,
        AuditSettings audit) {
    /**
     * How bodies are read.
     *
     * @param access whether bodies are read at all
     * @param noFilesLimit the most bytes of a body outside of files; 0: no limit
     * @param jsonDepth the greatest nesting depth of JSON
     */
    record Body(boolean access, BodyLimit limit, long noFilesLimit, int jsonDepth) {}

    /** {@code SecParseXmlIntoArgs}. */
    enum XmlArguments {
        OFF,
        ON,
        ONLY_ARGS
    }

    Settings {
        responseTypes = Set.copyOf(responseTypes);
        signatures = List.copyOf(signatures);
    }

    Settings engine(EngineMode mode) {
        return new Settings(
                mode,
                request,
                response,
                responseTypes,
                xmlArguments,
                argumentsLimit,
                argumentSeparator,
                cookieFormat,
                cookieSeparator,
                uploadFileLimit,
                steps,
                collectionTimeout,
                webAppId,
                sensorId,
                serverSignature,
                signatures,
                audit);
    }

    /**
     * The settings that the compiler has read so far. The initial values are ModSecurity's defaults, but for two: the body's
     * limit is that of its recommended configuration, and arguments have a limit. It is ten times the recommended one, since ordinary
     * JSON has more than 1,000 values.
     */
    static final class Draft {
        EngineMode engine = EngineMode.OFF;
        boolean requestAccess;
        long requestLimit = 13_107_200;
        boolean requestReject = true;
        long requestNoFilesLimit;
        int requestJsonDepth = 1024;
        boolean responseAccess;
        long responseLimit = 524_288;
        boolean responseReject = true;
        int responseJsonDepth = 1024;
        Set<String> responseTypes = Set.of("text/plain", "text/html");
        XmlArguments xmlArguments = XmlArguments.OFF;
        int argumentsLimit = 10_000;
        int argumentSeparator = '&';
        int cookieFormat;
        int cookieSeparator = ';';
        int uploadFileLimit = 100;
        long steps = 1_000_000;
        long collectionTimeout = 3600;
        String webAppId = "default";
        String sensorId = "";
        String serverSignature = "";
        List<String> signatures = List.of();
        AuditSettings audit = AuditSettings.initial();

        Settings build() {
            return new Settings(
                    engine,
                    new Body(
                            requestAccess,
                            new BodyLimit(requestLimit, requestReject),
                            requestNoFilesLimit,
                            requestJsonDepth),
                    new Body(responseAccess, new BodyLimit(responseLimit, responseReject), 0, responseJsonDepth),
                    responseTypes,
                    xmlArguments,
                    argumentsLimit,
                    argumentSeparator,
                    cookieFormat,
                    cookieSeparator,
                    uploadFileLimit,
                    steps,
                    collectionTimeout,
                    webAppId,
                    sensorId,
                    serverSignature,
                    signatures,
                    audit);
        }
    }
}
