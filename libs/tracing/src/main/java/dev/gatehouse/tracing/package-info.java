/**
 * Spans of OpenTelemetry, under the spans of whoever calls. Where nothing is traced, each method returns a span that records nothing, and allocates
 * nothing. Knows neither Quarkus nor gRPC: the packages below do.
 */
@NullMarked
package dev.gatehouse.tracing;

import org.jspecify.annotations.NullMarked;
