#include <curl/curl.h>

// Functions of libcurl that take variable arguments, which Swift cannot pass, or constants that it cannot read.

static inline CURLcode credits_curl_begin(void) { return curl_global_init(CURL_GLOBAL_ALL); }

static inline CURLcode credits_curl_use_http_1_1(CURL *transfer) {
  return curl_easy_setopt(transfer, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

static inline CURLcode credits_curl_set_number(CURL *transfer, CURLoption option, long number) {
  return curl_easy_setopt(transfer, option, number);
}

static inline CURLcode credits_curl_set_text(CURL *transfer, CURLoption option, const char *text) {
  return curl_easy_setopt(transfer, option, text);
}

static inline CURLcode credits_curl_set_fields(CURL *transfer, struct curl_slist *fields) {
  return curl_easy_setopt(transfer, CURLOPT_HTTPHEADER, fields);
}

// Both functions get `context`.
static inline CURLcode credits_curl_set_receivers(CURL *transfer, curl_write_callback head, curl_write_callback body,
                                                  void *context) {
  CURLcode code = curl_easy_setopt(transfer, CURLOPT_HEADERFUNCTION, head);
  if (code == CURLE_OK) code = curl_easy_setopt(transfer, CURLOPT_HEADERDATA, context);
  if (code == CURLE_OK) code = curl_easy_setopt(transfer, CURLOPT_WRITEFUNCTION, body);
  if (code == CURLE_OK) code = curl_easy_setopt(transfer, CURLOPT_WRITEDATA, context);
  return code;
}

// Copies the body, so that the caller need not keep it.
static inline CURLcode credits_curl_set_body(CURL *transfer, const void *bytes, size_t count) {
  CURLcode code = curl_easy_setopt(transfer, CURLOPT_POST, 1L);
  if (code == CURLE_OK) code = curl_easy_setopt(transfer, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
  if (code == CURLE_OK) code = curl_easy_setopt(transfer, CURLOPT_COPYPOSTFIELDS, bytes);
  return code;
}

// 0 if there was no response.
static inline long credits_curl_status(CURL *transfer) {
  long status = 0;
  return curl_easy_getinfo(transfer, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

static inline CURLMcode credits_curl_limit_connections(CURLM *transfers, long open, long idle) {
  CURLMcode code = curl_multi_setopt(transfers, CURLMOPT_MAX_TOTAL_CONNECTIONS, open);
  return code == CURLM_OK ? curl_multi_setopt(transfers, CURLMOPT_MAXCONNECTS, idle) : code;
}

// The result of a transfer that has ended.
static inline CURLcode credits_curl_result(const CURLMsg *message) { return message->data.result; }
