/* convert ONNX FEATURES.f32 FRAMES WIDTH MODEL.crnn: converts with raw float features, and checks every bad argument of
 * crnn_convert.h on the way. */
#include <crnn_convert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(condition) \
  do { \
    if (!(condition)) { \
      fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
      failures++; \
    } \
  } while (0)

static void *content(const char *path, size_t *bytes) {
  FILE *file = fopen(path, "rb");
  void *memory;
  if (!file) exit(2);
  fseek(file, 0, SEEK_END);
  *bytes = (size_t)ftell(file);
  rewind(file);
  memory = malloc(*bytes);
  if (!memory || fread(memory, 1, *bytes, file) != *bytes) exit(2);
  fclose(file);
  return memory;
}

static void count(void *context, size_t done, size_t all) {
  size_t *last = (size_t *)context;
  CHECK(done == *last + 1 && done <= all);
  *last = done;
}

int main(int argument_count, char **arguments) {
  size_t network_bytes, data_bytes, last = 0;
  unsigned char *network;
  float *features, *turned;
  int64_t frames, width, i, j;
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_convert_array data[1], labelled[2];
  crnn_convert_option limited[2];
  int32_t label = 0;
  crnn_convert_option option = { "labels", "a,b,c,d" };
  crnn_convert_request request = CRNN_CONVERT_REQUEST_INITIALIZER, good;
  crnn_convert_result result = CRNN_CONVERT_RESULT_INITIALIZER, second = CRNN_CONVERT_RESULT_INITIALIZER;
  crnn_convert_language language = CRNN_CONVERT_LANGUAGE_INITIALIZER;
  FILE *output;

  if (argument_count != 6) return 2;
  network = (unsigned char *)content(arguments[1], &network_bytes);
  features = (float *)content(arguments[2], &data_bytes);
  frames = atoi(arguments[3]);
  width = atoi(arguments[4]);
  CHECK(data_bytes == sizeof(float) * (size_t)(frames * width));
  CHECK(crnn_convert_abi_check(CRNN_HEADER_VERSION) == CRNN_OK);
  CHECK(crnn_convert_abi_check(CRNN_HEADER_VERSION + 1000000) != CRNN_OK);
  CHECK(crnn_convert_version() == CRNN_HEADER_VERSION);

  data[0].name = "x";
  data[0].values = crnn_array_2d(features, CRNN_F32, frames, width);
  request.network = network;
  request.network_bytes = network_bytes;
  request.calibration = data;
  request.calibration_count = 1;
  request.options = &option;
  request.option_count = 1;
  request.progress = count;
  request.context = &last;
  good = request;

  CHECK(crnn_convert(&request, &result, &error) == CRNN_OK);
  CHECK(last == 1 && result.model && result.model_bytes > 1000 && !result.message);
  CHECK(result.report && strstr(result.report, "\"file_bytes\"") && result.notes);

  /* The same from a view with strides, to the byte. */
  turned = (float *)malloc(data_bytes);
  for (i = 0; i < frames; i++)
    for (j = 0; j < width; j++) turned[j * frames + i] = features[i * width + j];
  data[0].values.data = turned;
  data[0].values.stride[0] = (int64_t)sizeof(float);
  data[0].values.stride[1] = (int64_t)sizeof(float) * frames;
  last = 0;
  CHECK(crnn_convert(&request, &second, NULL) == CRNN_OK);
  CHECK(second.model_bytes == result.model_bytes && !memcmp(second.model, result.model, result.model_bytes));
  crnn_convert_result_free(&second);
  CHECK(!second.model && !second.report && second.struct_size == sizeof second);
  crnn_convert_result_free(&second);
  crnn_convert_result_free(NULL);
  data[0].values = crnn_array_2d(features, CRNN_F32, frames, width);

  /* Labels limit the accuracy that may be lost. */
  limited[0].name = "max-drop";
  limited[0].value = "100";
  limited[1] = option;
  request.options = limited;
  request.option_count = 2;
  labelled[0] = data[0];
  labelled[1].name = "y";
  labelled[1].values = crnn_array_2d(&label, CRNN_S32, 1, 1);
  request.calibration = labelled;
  request.calibration_count = 2;
  last = 0;
  CHECK(crnn_convert(&request, &second, &error) == CRNN_OK && strstr(second.report, "\"accuracy_drop_points\""));
  CHECK(second.report && strstr(second.report, "\"accuracy_float_percent\""));
  crnn_convert_result_free(&second);
  request.calibration_count = 1;
  last = 0;
  CHECK(crnn_convert(&request, &second, &error) == CRNN_CONVERT_ERROR_DATA && strstr(error.message, "needs labels"));
  crnn_convert_result_free(&second);
  request = good;

  CHECK(crnn_convert_inspect(&request, &second, &error) == CRNN_OK && strstr(second.report, "\"inputs\"") && !second.model);
  crnn_convert_result_free(&second);

  language.text = "cab\nab\n";
  language.text_bytes = strlen(language.text);
  language.alphabet = "abc";
  CHECK(crnn_convert_lexicon(&language, &second, &error) == CRNN_OK && second.model_bytes > 0);
  CHECK(second.report && strstr(second.report, "\"words\": 2") && !strcmp(second.notes, ""));
  crnn_convert_result_free(&second);
  language.separator = "ab";
  CHECK(crnn_convert_lexicon(&language, &second, &error) == CRNN_CONVERT_ERROR_OPTION && strstr(error.message, "one character"));
  crnn_convert_result_free(&second);
  language.separator = NULL;
  language.text = "cabd";
  CHECK(crnn_convert_lexicon(&language, &second, &error) == CRNN_CONVERT_ERROR_DATA && strstr(error.message, "the word list"));
  crnn_convert_result_free(&second);
  CHECK(crnn_convert_ngram(&language, &second, &error) == CRNN_CONVERT_ERROR_DATA && !second.model);
  crnn_convert_result_free(&second);
  language.unknown = 2;
  CHECK(crnn_convert_ngram(&language, &second, &error) == CRNN_CONVERT_ERROR_OPTION);
  crnn_convert_result_free(&second);
  language.alphabet = NULL;
  CHECK(crnn_convert_ngram(&language, &second, &error) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_convert_ngram(NULL, &second, &error) == CRNN_ERROR_ARGUMENT);
  crnn_convert_result_free(&second);

#define REFUSED(wanted, words) \
  do { \
    last = 0; \
    error.message[0] = 0; \
    CHECK(crnn_convert(&request, &second, &error) == (wanted)); \
    CHECK(error.status == (wanted) && strstr(error.message, words)); \
    CHECK(!second.model && second.message && strstr(second.message, words)); \
    CHECK(crnn_convert(&request, &second, NULL) == (wanted)); \
    crnn_convert_result_free(&second); \
    request = good; \
  } while (0)

  CHECK(crnn_convert(NULL, &second, &error) == CRNN_ERROR_ARGUMENT);
  crnn_convert_result_free(&second);
  CHECK(crnn_convert(&request, NULL, &error) == CRNN_ERROR_ARGUMENT && error.message[0]);
  second.struct_size = 8;
  CHECK(crnn_convert(&request, &second, &error) == CRNN_ERROR_ARGUMENT);
  second.struct_size = sizeof second;
  request.struct_size = 0;
  REFUSED(CRNN_ERROR_ARGUMENT, "struct_size");
  request.network = NULL;
  REFUSED(CRNN_ERROR_ARGUMENT, "no network");
  request.network_bytes = 0;
  REFUSED(CRNN_ERROR_ARGUMENT, "no network");
  request.network_bytes = network_bytes / 2;
  REFUSED(CRNN_CONVERT_ERROR_NETWORK, "");
  request.calibration = NULL;
  REFUSED(CRNN_ERROR_ARGUMENT, "calibration arrays");
  request.calibration_count = 0;
  REFUSED(CRNN_CONVERT_ERROR_DATA, "no calibration data");
  request.options = NULL;
  REFUSED(CRNN_ERROR_ARGUMENT, "options");
  option.name = NULL;
  REFUSED(CRNN_ERROR_ARGUMENT, "option 0");
  option.name = "colour";
  REFUSED(CRNN_CONVERT_ERROR_OPTION, "'colour'");
  option.name = "min-snr";
  option.value = "300";
  last = 0;
  CHECK(crnn_convert(&request, &second, &error) == CRNN_CONVERT_ERROR_LIMIT && second.message && !second.model);
  crnn_convert_result_free(&second);
  option.name = "labels";
  option.value = "a,b,c,d";
  data[0].name = NULL;
  REFUSED(CRNN_ERROR_ARGUMENT, "has no name");
  data[0].name = "x";
  data[0].values.dtype = 77;
  REFUSED(CRNN_ERROR_TYPE, "77");
  data[0].values.dtype = CRNN_F32;
  data[0].values.rank = 9;
  REFUSED(CRNN_ERROR_SHAPE, "rank 9");
  data[0].values.rank = 2;
  data[0].values.shape[0] = -1;
  REFUSED(CRNN_ERROR_SHAPE, "-1");
  data[0].values.shape[0] = (int64_t)1 << 62;
  REFUSED(CRNN_ERROR_SHAPE, "impossible");
  data[0].values.shape[0] = frames;
  data[0].values.data = NULL;
  REFUSED(CRNN_ERROR_ARGUMENT, "NULL");
  data[0].values.data = features;
  /* A sentence that is longer than the structure's room is cut; the result has it whole. */
  error.struct_size = 40;
  request.option_count = 1;
  option.name = "colour";
  last = 0;
  CHECK(crnn_convert(&request, &second, &error) == CRNN_CONVERT_ERROR_OPTION);
  CHECK(strlen(error.message) < 40 && strlen(second.message) > 100);
  crnn_convert_result_free(&second);

  output = fopen(arguments[5], "wb");
  if (!output || fwrite(result.model, 1, result.model_bytes, output) != result.model_bytes || fclose(output)) return 2;
  crnn_convert_result_free(&result);
  free(turned);
  free(features);
  free(network);
  return failures != 0;
}
