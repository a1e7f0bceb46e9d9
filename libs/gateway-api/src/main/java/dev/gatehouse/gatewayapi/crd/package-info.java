/** CustomResourceDefinitions of the kinds that Gatehouse brings along, made from the declarations of the kinds. */
@NullMarked
package dev.gatehouse.gatewayapi.crd;

import org.jspecify.annotations.NullMarked;
