package dev.gatehouse.seclang.libinjection;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.Optional;

/** Any bytes are an attack or none, wherever they lie. */
class LibinjectionFuzzTest {
    @FuzzTest(maxDuration = "10s")
    void whatLiesAroundAValueDoesNotMatter(FuzzedDataProvider data) {
        byte[] value = data.consumeRemainingAsBytes();
        byte[] around = new byte[value.length + 2];
        Arrays.fill(around, (byte) '\'');
        System.arraycopy(value, 0, around, 1, value.length);
        Optional<String> fingerprint = Libinjection.sqli(value, 0, value.length);
        if (!fingerprint.equals(Libinjection.sqli(around, 1, value.length + 1))
                || Libinjection.xss(value, 0, value.length) != Libinjection.xss(around, 1, value.length + 1)) {
            throw new AssertionError("the bytes around a value have changed its meaning");
        }
    }
}
