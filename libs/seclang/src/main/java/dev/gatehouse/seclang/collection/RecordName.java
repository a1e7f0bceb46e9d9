package dev.gatehouse.seclang.collection;

import dev.gatehouse.seclang.bytes.Bytes;

/**
 * Names a record.
 *
 * @param application {@code SecWebAppId}, which separates the SESSION and USER collections of applications
 * @param collection {@code ip}, {@code session}, {@code user}, {@code global} or {@code resource}
 * @param key the key from the rule, such as an address or a cookie's value
 */
public record RecordName(String application, String collection, Bytes key) {}
