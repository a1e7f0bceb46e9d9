package dev.gatehouse.authz.bcrypt;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import dev.gatehouse.authz.basic.BcryptCheck;
import java.nio.charset.StandardCharsets;

/** bcrypt by at.favre.lib. Of a password longer than 72 bytes the first 72 count, as they do for htpasswd that made the hash. */
public final class FavreBcrypt implements BcryptCheck {
    @Override
    public boolean matches(byte[] password, String hash) {
        BCrypt.Version version = hash.startsWith("$2a$")
                ? BCrypt.Version.VERSION_2A
                : hash.startsWith("$2b$") ? BCrypt.Version.VERSION_2B : BCrypt.Version.VERSION_2Y;
        return BCrypt.verifyer(version, LongPasswordStrategies.truncate(version))
                .verify(password, hash.getBytes(StandardCharsets.US_ASCII))
                .verified;
    }
}
