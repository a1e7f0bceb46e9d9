/*
 * A dynamic module for Envoy 1.40 as a test needs it: it answers each request with the name of its filter and the configuration that it was given.
 * The functions are those that Envoy looks for when it loads a module for HTTP filters.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
  const char *data;
  size_t length;
} text;

typedef struct {
  size_t length;
  char body[1024];
} settings;

extern void envoy_dynamic_module_callback_http_send_response(void *envoy, uint32_t status, void *headers, size_t count, text body, text details);

const char *envoy_dynamic_module_on_program_init(void) { return "test"; }

const void *envoy_dynamic_module_on_http_filter_config_new(void *envoy, text name, text config) {
  settings *made = calloc(1, sizeof(settings));
  int written = snprintf(made->body, sizeof(made->body), "%.*s %.*s", (int)name.length, name.data, (int)config.length, config.data);
  made->length = (size_t)written < sizeof(made->body) ? (size_t)written : sizeof(made->body) - 1;
  return made;
}

void envoy_dynamic_module_on_http_filter_config_destroy(const void *config) { free((void *)config); }

const void *envoy_dynamic_module_on_http_filter_new(const void *config, void *envoy) { return config; }

void envoy_dynamic_module_on_http_filter_destroy(const void *filter) {}

/* 1 stops the filters that come after this one. */
int envoy_dynamic_module_on_http_filter_request_headers(void *envoy, const void *filter, bool end) {
  const settings *own = filter;
  text body = {own->body, own->length};
  text details = {"module", 6};
  envoy_dynamic_module_callback_http_send_response(envoy, 418, NULL, 0, body, details);
  return 1;
}

#define UNUSED(event) \
  int envoy_dynamic_module_on_http_filter_##event(void) { return 0; }

UNUSED(request_body)
UNUSED(request_trailers)
UNUSED(response_headers)
UNUSED(response_body)
UNUSED(response_trailers)
UNUSED(stream_complete)
UNUSED(scheduled)
UNUSED(http_callout_done)
UNUSED(http_stream_headers)
UNUSED(http_stream_data)
UNUSED(http_stream_trailers)
UNUSED(http_stream_complete)
UNUSED(http_stream_reset)
UNUSED(downstream_above_write_buffer_high_watermark)
UNUSED(downstream_below_write_buffer_low_watermark)
UNUSED(local_reply)
