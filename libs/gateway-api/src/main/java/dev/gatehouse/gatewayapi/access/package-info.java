/**
 * Reads AccessPolicy (gatehouse.dev/v1alpha1): ways for clients to say who they are that SecurityPolicy has no field for, and how its
 * authorization rules are tried out. Readers check the shape alone; what references lead to is the controller's to resolve.
 */
@NullMarked
package dev.gatehouse.gatewayapi.access;

import org.jspecify.annotations.NullMarked;
