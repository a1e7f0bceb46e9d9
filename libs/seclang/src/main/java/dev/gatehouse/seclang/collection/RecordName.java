package dev.gatehouse.seclang.collection;

import dev.gatehouse.seclang.bytes.Bytes;

/**
 * Names a record.
 *
 * @param application {@code SecWebAppId}: SESSION and USER of applications are apart
 * @param collection {@code ip}, {@code session}, {@code user}, {@code global} or {@code resource}
 * @param key as the rule made it: an address, a cookie's value
 */
public record RecordName(String application, String collection, Bytes key) {}
