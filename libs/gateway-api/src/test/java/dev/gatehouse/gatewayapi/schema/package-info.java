/** The schemas, held against the CustomResourceDefinitions of Envoy Gateway's Go module. */
@NullMarked
package dev.gatehouse.gatewayapi.schema;

import org.jspecify.annotations.NullMarked;
