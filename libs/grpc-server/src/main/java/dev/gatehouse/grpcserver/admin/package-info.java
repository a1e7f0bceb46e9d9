/**
 * Pages of a service for the command line and for whoever looks after it: who may see them ({@link
 * dev.gatehouse.grpcserver.admin.Visitors}) and how they are registered ({@link dev.gatehouse.grpcserver.admin.AdminPages}). They only show.
 */
@NullMarked
package dev.gatehouse.grpcserver.admin;

import org.jspecify.annotations.NullMarked;
