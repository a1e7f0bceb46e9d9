/** The CRDs that are deployed, held against the kinds. */
@NullMarked
package dev.gatehouse.gatewayapi.crd;

import org.jspecify.annotations.NullMarked;
