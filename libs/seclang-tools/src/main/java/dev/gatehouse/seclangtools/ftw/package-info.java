/**
 * Runs tests in go-ftw's format (the OWASP Core Rule Set's regression tests) against the engine in this process: builds each request's
 * bytes as go-ftw does, reads them as a server does, and answers as albedo, the tests' backend.
 */
@NullMarked
package dev.gatehouse.seclangtools.ftw;

import org.jspecify.annotations.NullMarked;
