package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.bytes.Bytes;

/** A header. */
public record Header(Bytes name, Bytes value) {}
