package dev.gatehouse.seclang;

import dev.gatehouse.seclang.body.Json;
import dev.gatehouse.seclang.body.Multipart;
import dev.gatehouse.seclang.body.MultipartFlag;
import dev.gatehouse.seclang.body.Outcome;
import dev.gatehouse.seclang.body.UrlEncoded;
import dev.gatehouse.seclang.body.XmlDocument;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.variable.Variable;

/** Reads a request's body into variables, by its processor. */
final class RequestBodyReader {
    private static final Bytes ONE = Bytes.number(1);

    private final Values values;
    private final Settings settings;
    private final boolean cut;

    /** @param cut whether the body is cut off */
    RequestBodyReader(Values values, Settings settings, boolean cut) {
        this.values = values;
        this.settings = settings;
        this.cut = cut;
    }

    void read(Bytes body, BodyProcessor processor, Settings.XmlArguments xmlArguments) {
        values.set(Variable.REQBODY_PROCESSOR, Bytes.latin1(processor.name()));
        if (processor != BodyProcessor.MULTIPART) {
            limit(body.length());
        }
        switch (processor) {
            case URLENCODED -> {
                values.set(Variable.REQUEST_BODY, body);
                finish(UrlEncoded.read(body, settings.argumentSeparator(), settings.argumentsLimit(), this::argument));
                if (UrlEncoded.isBadlyEncoded(body)) {
                    values.set(Variable.URLENCODED_ERROR, ONE);
                }
            }
            case RAW -> values.set(Variable.REQUEST_BODY, body);
            case JSON -> finish(Json.read(body, settings.request().jsonDepth(), settings.argumentsLimit(), this::json));
            case NDJSON ->
                finish(Json.readStream(body, settings.request().jsonDepth(), settings.argumentsLimit(), this::json));
            case XML -> xml(body, xmlArguments);
            case MULTIPART -> multipart(body);
        }
    }

    private void argument(Bytes name, Bytes value) {
        values.add(Variable.ARGS_POST, name, value);
    }

    private void json(Bytes name, Bytes value) {
        values.add(Variable.ARGS_POST, name, value);
        values.add(Variable.JSON, name, value);
    }

    private void finish(Outcome outcome) {
        if (outcome.truncated()) {
            values.set(Variable.ARGUMENTS_LIMIT_REACHED, ONE);
        }
        // An error at the end of a cut body is not the client's error.
        outcome.error().filter(message -> !cut).ifPresent(this::fail);
    }

    private void fail(String message) {
        Bytes text = Bytes.utf8(message);
        values.set(Variable.REQBODY_ERROR, ONE);
        values.set(Variable.REQBODY_ERROR_MSG, text);
        values.set(Variable.REQBODY_PROCESSOR_ERROR, ONE);
        values.set(Variable.REQBODY_PROCESSOR_ERROR_MSG, text);
    }

    /** @param bytes the body's bytes outside of files */
    private void limit(long bytes) {
        long most = settings.request().noFilesLimit();
        if (most > 0 && bytes > most) {
            fail("the body without its files is longer than SecRequestBodyNoFilesLimit, " + most + " bytes");
        }
    }

    private void xml(Bytes body, Settings.XmlArguments arguments) {
        XmlDocument document = XmlDocument.read(body, cut);
        document.error().ifPresent(this::fail);
        if (arguments != Settings.XmlArguments.OFF) {
            finish(document.arguments(this::argument, settings.argumentsLimit()));
        }
        if (arguments != Settings.XmlArguments.ONLY_ARGS) {
            values.requestXml(document);
        }
    }

    private void multipart(Bytes body) {
        Form form = new Form();
        Multipart read =
                Multipart.read(body, values.requestHeader("content-type"), settings.uploadFileLimit(), cut, form);
        for (MultipartFlag flag : read.flags()) {
            Variable.named("MULTIPART_" + flag).ifPresent(variable -> values.set(variable, ONE));
        }
        if (read.isStrictError()) {
            values.set(Variable.MULTIPART_STRICT_ERROR, ONE);
        }
        values.set(Variable.FILES_COMBINED_SIZE, Bytes.number(form.fileBytes));
        limit(body.length() - form.fileBytes);
        read.error().ifPresent(this::fail);
    }

    /** Puts parts into variables. */
    private final class Form implements Multipart.Parts {
        private long fileBytes;
        private int fields;

        @Override
        public void header(Bytes part, Bytes line) {
            values.add(Variable.MULTIPART_PART_HEADERS, part, line);
        }

        @Override
        public void part(Bytes name) {
            values.add(Variable.MULTIPART_NAME, name, name);
        }

        @Override
        public void field(Bytes name, Bytes value) {
            if (fields++ < settings.argumentsLimit()) {
                argument(name, value);
            } else {
                values.set(Variable.ARGUMENTS_LIMIT_REACHED, ONE);
            }
        }

        @Override
        public void file(Bytes name, Bytes filename, Bytes content) {
            fileBytes += content.length();
            values.add(Variable.FILES, name, filename);
            values.add(Variable.FILES_NAMES, name, name);
            values.add(Variable.FILES_SIZES, name, Bytes.number(content.length()));
            values.add(Variable.FILES_TMP_CONTENT, name, content);
            values.add(Variable.MULTIPART_FILENAME, name, filename);
        }

        @Override
        public void otherFilename(Bytes name, Bytes filename) {
            values.add(Variable.FILES, name, filename);
            values.add(Variable.MULTIPART_FILENAME, name, filename);
        }

        @Override
        public void extended(Bytes name, Bytes charset, Bytes language) {
            values.add(Variable.MULTIPART_FILENAME_CHARSET, name, charset);
            values.add(Variable.MULTIPART_FILENAME_LANGUAGE, name, language);
        }
    }
}
