/**
 * The httpbin apps that {@code gatehouse run} starts for the EndpointSlices which ask for one by the annotation {@code
 * gatehouse.dev/run: httpbin}, so that an example is whole without a second terminal.
 *
 * <p>{@link dev.gatehouse.standalone.backends.BuiltInBackends} is the way in. It reads no files: what an EndpointSlice asks for
 * comes in as a {@link dev.gatehouse.standalone.backends.BackendRequest}.
 */
@NullMarked
package dev.gatehouse.standalone.backends;

import org.jspecify.annotations.NullMarked;
