/* The converter's C interface without memory for what it gives back. What it takes for its own work comes from Swift's allocator, which ends
 * the process where there is none left (docs/security.md). */
#include <crnn_convert.h>

#include "checks.h"
#include "faults.h"

static crnn_status convert(const unsigned char *network, size_t bytes, crnn_convert_result *result, crnn_error *error) {
  static float features[2 * 40];
  checks_fill(features, sizeof features / sizeof *features, 3);
  const crnn_convert_array data = { "x", crnn_array_2d(features, CRNN_F32, 40, 2) };
  const crnn_convert_option option = { "no-search", "1" };
  crnn_convert_request request = CRNN_CONVERT_REQUEST_INITIALIZER;
  request.network = network, request.network_bytes = bytes;
  request.calibration = &data, request.calibration_count = 1;
  request.options = &option, request.option_count = 1;
  return crnn_convert(&request, result, error);
}

static void no_memory_for_the_result(void) {
  size_t bytes;
  unsigned char *network = checks_read(checks_path("tiny.onnx"), &bytes);
  crnn_convert_result whole = CRNN_CONVERT_RESULT_INITIALIZER;
  CHECK_STATUS(CRNN_OK, convert(network, bytes, &whole, NULL));
  CHECK(whole.model && whole.report && whole.notes);
  /* A block has just its size; Swift's own have a header before that. */
  const size_t sizes[] = { whole.model_bytes, strlen(whole.report), strlen(whole.notes) };
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    crnn_convert_result result = CRNN_CONVERT_RESULT_INITIALIZER;
    crnn_error error = CRNN_ERROR_INITIALIZER;
    faults_begin_size(sizes[i] + 1);
    const crnn_status status = convert(network, bytes, &result, &error);
    const faults seen = faults_end();
    CHECK(seen.failed != NULL);
    CHECK(status == CRNN_ERROR_MEMORY && error.status == status && error.message[0]);
    CHECK(!result.model && !result.model_bytes && !result.report && !result.notes && !result.message);
    printf("  without the %zu bytes of part %zu: %+ld blocks\n", sizes[i] + 1, i, seen.blocks);
    CHECK(seen.blocks == 0);
    crnn_convert_result_free(&result);
  }
  crnn_convert_result_free(&whole);
  free(network);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  TEST(no_memory_for_the_result);
  return checks_failed_tests != 0;
}
