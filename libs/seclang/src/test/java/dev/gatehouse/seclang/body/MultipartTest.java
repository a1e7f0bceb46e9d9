package dev.gatehouse.seclang.body;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartTest {
    private static final String CONTENT = "content";

    /** What a body is read as. */
    private static final class Seen implements Multipart.Parts {
        private final List<String> fields = new ArrayList<>();
        private final List<String> files = new ArrayList<>();

        @Override
        public void header(Bytes part, Bytes line) {}

        @Override
        public void part(Bytes name) {}

        @Override
        public void field(Bytes name, Bytes value) {
            fields.add(value.toString());
        }

        @Override
        public void file(Bytes name, Bytes filename, Bytes content) {
            files.add(content.toString());
        }

        @Override
        public void otherFilename(Bytes name, Bytes filename) {}

        @Override
        public void extended(Bytes name, Bytes charset, Bytes language) {}
    }

    private final Seen seen = new Seen();

    private Multipart read(String header) {
        return Multipart.read(
                Bytes.latin1("--b\r\n" + header + "\r\n\r\n" + CONTENT + "\r\n--b--\r\n"),
                Bytes.latin1("multipart/form-data; boundary=b"),
                0,
                false,
                seen);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name=\"a\"; filename=\"x\"",
                "name=a; filename=x",
                "name=\"a\";\tfilename=\"x\"",
                "name=\"a\";filename= \"x\"",
                "name=\"a;b\"; filename=\"x;y\"",
                "name=\"a\\\"b\"; filename=\"x\"",
                "name=\"a\"; filename=\"x\"; filename*=utf-8''x",
                "name=\"a\"; filename*=utf-8''x; filename=\"x\"",
                "name=\"a\"; filename=\"x\"; size=7"
            })
    void aPartWithAFileNameIsAFile(String parameters) {
        assertThat(read("Content-Disposition: form-data; " + parameters).isStrictError())
                .isFalse();
        assertThat(seen.files).containsExactly(CONTENT);
        assertThat(seen.fields).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name=\"a\"",
                "name=\"a\";",
                "name=\"a\"; filename=\"\"",
                "name=\"filename=x\"",
                "name=\"a\"; x=y"
            })
    void aPartWithoutOneIsAField(String parameters) {
        assertThat(read("Content-Disposition: form-data; " + parameters).isStrictError())
                .isFalse();
        assertThat(seen.fields).containsExactly(CONTENT);
        assertThat(seen.files).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"name=\"a\"; filename*=utf-8''x", "name=\"a\"; filename*=utf-8''x; filename=\"\""})
    void aPartWhoseFileNameManyServersPassOverIsBoth(String parameters) {
        assertThat(read("Content-Disposition: form-data; " + parameters).isStrictError())
                .isFalse();
        assertThat(seen.fields).containsExactly(CONTENT);
        assertThat(seen.files).containsExactly(CONTENT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name=\"a\"; filename =\"x\"",
                "name=\"a\"; filename\t=\"x\"",
                "name=\"a\"; FILENAME=\"x\"",
                "name=\"a\"; Filename*=utf-8''x",
                "name=\"a\"; filename*0=x",
                "name=\"a\"; filename=\"x\"; filename=\"y\"",
                "name=\"a\"; filename=\"x\"; FILENAME=\"y\""
            })
    void aPartWithAFileNameThatServersReadInDifferentWaysIsBothAndAStrictError(String parameters) {
        Multipart read = read("Content-Disposition: form-data; " + parameters);
        assertThat(read.isStrictError()).isTrue();
        assertThat(seen.files).containsExactly(CONTENT);
        assertThat(seen.fields).containsExactly(CONTENT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Disposition: form-data; Name=\"a\"",
                "Content-Disposition: form-data; name =\"a\"",
                "Content-Disposition: form-data; name*=utf-8''a",
                "Content-Disposition: form-data; name=\"a\"; NAME*=utf-8''b",
                "Content-Disposition: form-data; name=\"a\"; name*=utf-8''b",
                "Content-Disposition: form-data; name*0=\"a\"",
                "Content-Disposition: form-data; filename=\"x\"",
                "Content-Disposition : form-data; name=\"a\"; filename=\"x\"",
                "Content-Disposition: form-data; name=\"a\\\\\"; filename=\"x\"",
                "Content-Disposition: form-data; name='a'"
            })
    void namesThatServersReadInDifferentWaysAreAStrictError(String header) {
        assertThat(read(header).isStrictError()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Disposition: form-data; name=\"a\"; filename=\"shell.php\0.jpg\"",
                "Content-Disposition: form-data; name=\"a\0b\"; filename=\"x\"",
                "Content-Disposition: form-data; name=\"a\"; filename=\"x\"\r\nX-A: a\0b"
            })
    void aZeroByteInAHeaderIsAnErrorAndThePartIsThereAllTheSame(String header) {
        Multipart read = read(header);
        assertThat(read.error()).hasValueSatisfying(error -> assertThat(error).contains("zero byte"));
        assertThat(read.isStrictError()).isTrue();
        assertThat(seen.files).containsExactly(CONTENT);
    }
}
