/* Versions, statuses, and every bad argument: each gets its status, and nothing is written. */
#include "sequences.h"

static void versions(void) {
  CHECK(crnn_version() == CRNN_HEADER_VERSION);
  CHECK_STATUS(CRNN_OK, crnn_abi_check(CRNN_HEADER_VERSION));
  CHECK_STATUS(CRNN_ERROR_VERSION, crnn_abi_check(CRNN_HEADER_VERSION + 1000000u));
  CHECK_STATUS(CRNN_ERROR_VERSION, crnn_abi_check(0xFFFFFFFFu));
}

static void every_status_has_a_name_and_a_text(void) {
#define NAMED(status) { status, #status }
  static const struct {
    crnn_status status;
    const char *name;
  } all[] = {
    NAMED(CRNN_OK),
    NAMED(CRNN_ERROR_ARGUMENT), NAMED(CRNN_ERROR_SHAPE), NAMED(CRNN_ERROR_TYPE), NAMED(CRNN_ERROR_PORT),
    NAMED(CRNN_ERROR_ALIGNMENT), NAMED(CRNN_ERROR_VERSION),
    NAMED(CRNN_ERROR_FILE_MAGIC), NAMED(CRNN_ERROR_FILE_EMPTY), NAMED(CRNN_ERROR_FILE_VERSION),
    NAMED(CRNN_ERROR_FILE_TRUNCATED), NAMED(CRNN_ERROR_FILE_CHECKSUM),
    NAMED(CRNN_ERROR_FILE_TOO_NEW), NAMED(CRNN_ERROR_FILE_MALFORMED), NAMED(CRNN_ERROR_FILE_SELF_TEST),
    NAMED(CRNN_ERROR_FINISHED), NAMED(CRNN_ERROR_STREAM), NAMED(CRNN_ERROR_INCOMPLETE),
    NAMED(CRNN_ERROR_CAPACITY), NAMED(CRNN_ERROR_TOO_LONG), NAMED(CRNN_ERROR_OUTPUT_PENDING),
    NAMED(CRNN_ERROR_OPEN), NAMED(CRNN_ERROR_MEMORY), NAMED(CRNN_ERROR_ISA),
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    CHECK(strcmp(crnn_status_name(all[i].status), all[i].name) == 0);
    CHECK(strlen(crnn_status_text(all[i].status)) > 1);
  }
  static const crnn_status unknown[] = { 1, -1, 99, 499, INT32_MAX, INT32_MIN };
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
    CHECK(crnn_status_name(unknown[i]) != NULL);
    CHECK(crnn_status_text(unknown[i]) != NULL);
  }
}

static void null_pointers_are_refused(void) {
  crnn_model *model = checks_open("stream.crnn", NULL), *none = NULL;
  sequence s = sequence_begin(model, 4);
  crnn_array in = sequence_array(&s.input_info[0], s.input[0], 1);
  crnn_array out = sequence_array(&s.output_info[0], s.output[0], 4);
  crnn_array no_data = in;
  crnn_stream *stream = NULL;
  crnn_requirements requirements = { sizeof requirements, 0, 0, 0, 0 };
  crnn_port_info info = { .struct_size = sizeof info };
  static _Alignas(64) unsigned char memory[256];
  int32_t index = 0;
  int64_t frames = 0, given[1] = { 4 };
  size_t bytes = 0;
  no_data.data = NULL;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(model, NULL, &stream, NULL));
#define REFUSED(call) CHECK_STATUS(CRNN_ERROR_ARGUMENT, call)
  REFUSED(crnn_model_open(NULL, NULL, &none, NULL));
  REFUSED(crnn_model_open("x", NULL, NULL, NULL));
  REFUSED(crnn_run(NULL, &in, 1, &out, 1, NULL));
  REFUSED(crnn_run(model, NULL, 1, &out, 1, NULL));
  REFUSED(crnn_run(model, &in, 1, NULL, 1, NULL));
  REFUSED(crnn_model_port(NULL, CRNN_INPUT, 0, &info, NULL));
  REFUSED(crnn_model_port(model, CRNN_INPUT, 0, NULL, NULL));
  REFUSED(crnn_model_find_port(NULL, CRNN_INPUT, "x", &index, NULL));
  REFUSED(crnn_model_find_port(model, CRNN_INPUT, NULL, &index, NULL));
  REFUSED(crnn_model_find_port(model, CRNN_INPUT, "x", NULL, NULL));
  REFUSED(crnn_model_output_frames(NULL, 0, given, 1, &frames, NULL));
  REFUSED(crnn_model_output_frames(model, 0, NULL, 1, &frames, NULL));
  REFUSED(crnn_model_output_frames(model, 0, given, 1, NULL, NULL));
  REFUSED(crnn_stream_create(NULL, NULL, &stream, NULL));
  REFUSED(crnn_stream_create(model, NULL, NULL, NULL));
  REFUSED(crnn_stream_reset(NULL, stream, NULL));
  REFUSED(crnn_stream_reset(model, NULL, NULL));
  REFUSED(crnn_stream_process(NULL, stream, &in, 0, &out, &frames, NULL));
  REFUSED(crnn_stream_process(model, NULL, &in, 0, &out, &frames, NULL));
  REFUSED(crnn_stream_process(model, stream, &in, 0, NULL, &frames, NULL));
  REFUSED(crnn_stream_process(model, stream, &in, 0, &out, NULL, NULL));
  REFUSED(crnn_stream_process(model, stream, &no_data, 0, &out, &frames, NULL));
  REFUSED(crnn_stream_process_call(NULL));
  REFUSED(crnn_stream_process_call(&(crnn_process_call){ 0, model, stream, &in, &out, NULL, 0, 0, 0 }));
  REFUSED(crnn_stream_process_call(&(crnn_process_call){ sizeof(crnn_process_call), model, stream, &in, &out, NULL, 0, 0, 1 }));
  REFUSED(crnn_stream_process_call(&(crnn_process_call){ sizeof(crnn_process_call), model, NULL, &in, &out, NULL, 0, 0, 0 }));
  REFUSED(crnn_stream_push(NULL, stream, 0, &in, NULL));
  REFUSED(crnn_stream_push(model, NULL, 0, &in, NULL));
  REFUSED(crnn_stream_push(model, stream, 0, NULL, NULL));
  REFUSED(crnn_stream_push(model, stream, 0, &no_data, NULL));
  REFUSED(crnn_stream_finish(NULL, stream, 0, NULL));
  REFUSED(crnn_stream_finish(model, NULL, 0, NULL));
  REFUSED(crnn_stream_pull(NULL, stream, 0, &out, &frames, NULL));
  REFUSED(crnn_stream_pull(model, NULL, 0, &out, &frames, NULL));
  REFUSED(crnn_stream_pull(model, stream, 0, NULL, &frames, NULL));
  REFUSED(crnn_stream_pull(model, stream, 0, &out, NULL, NULL));
  REFUSED(crnn_file_requirements(NULL, 128, NULL, &requirements, NULL));
  REFUSED(crnn_file_requirements(memory, 128, NULL, NULL, NULL));
  REFUSED(crnn_model_init(NULL, 256, memory, 256, NULL, &none, NULL));
  REFUSED(crnn_model_init(memory, 256, NULL, 256, NULL, &none, NULL));
  REFUSED(crnn_model_init(memory, 256, memory, 256, NULL, NULL, NULL));
  REFUSED(crnn_model_check(NULL, memory, 256, NULL));
  REFUSED(crnn_model_prepare_size(NULL, &bytes, NULL));
  REFUSED(crnn_model_prepare_size(model, NULL, NULL));
  REFUSED(crnn_model_prepare(NULL, memory, 256, NULL));
  CHECK(crnn_model_prepare(model, NULL, 0, NULL) == CRNN_OK);
  REFUSED(crnn_stream_size(NULL, NULL, &bytes, NULL));
  REFUSED(crnn_stream_size(model, NULL, NULL, NULL));
  REFUSED(crnn_stream_init(NULL, memory, 256, NULL, &stream, NULL));
  REFUSED(crnn_stream_init(model, NULL, 1 << 20, NULL, &stream, NULL));
  REFUSED(crnn_stream_init(model, memory, 256, NULL, NULL, NULL));
  CHECK(crnn_model_port_count(NULL, CRNN_INPUT) == 0);
  CHECK(crnn_model_text(NULL, "labels") == NULL);
  CHECK(crnn_model_text(model, NULL) == NULL);
  CHECK(crnn_model_is_bounded(NULL) == 0);
  crnn_model_isa(NULL);
  crnn_model_destroy(NULL);
  crnn_stream_destroy(NULL);
  crnn_stream_destroy(stream);
  sequence_end(&s);
  crnn_model_destroy(model);
}

/* Pushes `in` and checks the status, and that the stream still answers as a fresh one. */
static void refuse_input(crnn_model *model, crnn_status expected, const crnn_array *in) {
  crnn_stream *stream = NULL;
  crnn_error error = CRNN_ERROR_INITIALIZER;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(model, NULL, &stream, NULL));
  CHECK_STATUS(expected, crnn_stream_push(model, stream, 0, in, &error));
  CHECK(error.status == expected && error.message[0] != 0);
  sequence whole = sequence_begin(model, SEQUENCE_FRAMES), again = sequence_begin(model, SEQUENCE_FRAMES);
  sequence_run(&whole);
  sequence_stream(&again, stream, 1, 1);
  CHECK(sequence_equal(&whole, &again));
  sequence_end(&whole);
  sequence_end(&again);
  crnn_stream_destroy(stream);
}

static void arrays_that_do_not_fit_are_refused(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  sequence s = sequence_begin(model, 4);
  const crnn_array good = sequence_array(&s.input_info[0], s.input[0], 1);
  crnn_array bad;
#define REFUSE(expected, change) (bad = good, change, refuse_input(model, expected, &bad))
  REFUSE(CRNN_ERROR_SHAPE, bad.rank += 1);
  REFUSE(CRNN_ERROR_SHAPE, bad.rank = 0);
  REFUSE(CRNN_ERROR_SHAPE, bad.rank = -1);
  REFUSE(CRNN_ERROR_SHAPE, bad.rank = 1000);
  REFUSE(CRNN_ERROR_SHAPE, bad.shape[1] += 1);
  REFUSE(CRNN_ERROR_SHAPE, bad.shape[1] = 0);
  REFUSE(CRNN_ERROR_SHAPE, bad.shape[0] = -1);
  REFUSE(CRNN_ERROR_TYPE, bad.dtype = 0);
  REFUSE(CRNN_ERROR_TYPE, bad.dtype = 99);
  REFUSE(CRNN_ERROR_ALIGNMENT, bad.data = (char *)bad.data + 1);
  REFUSE(CRNN_ERROR_ARGUMENT, bad.struct_size = 0);
  sequence_end(&s);
  crnn_model_destroy(model);
}

static void outputs_that_do_not_fit_are_refused_and_untouched(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  sequence s = sequence_begin(model, 4);
  crnn_array in = sequence_array(&s.input_info[0], s.input[0], 4);
  crnn_array out = sequence_array(&s.output_info[0], s.output[0], 4);
  int64_t size = sequence_frame_size(&s.output_info[0]);
  crnn_error error = CRNN_ERROR_INITIALIZER;
  for (int64_t i = 0; i < 4 * size; i++) s.output[0][i] = 42;
  crnn_array bad = out;
  bad.shape[0] = 3;
  CHECK_STATUS(CRNN_ERROR_SHAPE, crnn_run(model, &in, 1, &bad, 1, &error));
  bad = out;
  bad.shape[1] += 1;
  CHECK_STATUS(CRNN_ERROR_SHAPE, crnn_run(model, &in, 1, &bad, 1, &error));
  bad = out;
  bad.dtype = CRNN_S32;
  CHECK_STATUS(CRNN_ERROR_TYPE, crnn_run(model, &in, 1, &bad, 1, &error));
  bad = out;
  bad.data = (char *)bad.data + 2;
  CHECK_STATUS(CRNN_ERROR_ALIGNMENT, crnn_run(model, &in, 1, &bad, 1, &error));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_run(model, &in, 0, &out, 1, &error));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_run(model, &in, 1, &out, 2, &error));
  for (int64_t i = 0; i < 4 * size; i++) CHECK(s.output[0][i] == 42);
  sequence_end(&s);
  crnn_model_destroy(model);
}

static void strided_arrays(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  sequence dense = sequence_begin(model, 4), strided = sequence_begin(model, 4);
  int64_t size = sequence_frame_size(&dense.input_info[0]);
  for (int64_t t = 0; t < 4; t++) /* the frames from the last to the first */
    memcpy(strided.input[0] + (3 - t) * size, dense.input[0] + t * size, (size_t)size * sizeof(float));
  crnn_array in = sequence_array(&dense.input_info[0], strided.input[0] + 3 * size, 4);
  in.stride[0] = -size * (int64_t)sizeof(float);
  in.stride[1] = sizeof(float);
  crnn_array out = sequence_array(&dense.output_info[0], strided.output[0], dense.output_frames[0]);
  sequence_run(&dense);
  CHECK_STATUS(CRNN_OK, crnn_run(model, &in, 1, &out, 1, NULL));
  CHECK(sequence_equal(&dense, &strided));
  sequence_end(&dense);
  sequence_end(&strided);
  crnn_model_destroy(model);
}

static void integer_arrays(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  sequence floats = sequence_begin(model, 4), integers = sequence_begin(model, 4);
  const float scale = floats.input_info[0].integer_scale ? floats.input_info[0].integer_scale : 1.0f / 255;
  int64_t count = 4 * sequence_frame_size(&floats.input_info[0]);
  unsigned char *bytes = malloc((size_t)count);
  for (int64_t i = 0; i < count; i++) {
    bytes[i] = (unsigned char)(i * 37 + 11);
    floats.input[0][i] = (float)bytes[i] * scale;
  }
  crnn_array in = sequence_array(&floats.input_info[0], NULL, 4);
  in.data = bytes;
  in.dtype = CRNN_U8;
  crnn_array out = sequence_array(&floats.output_info[0], integers.output[0], floats.output_frames[0]);
  sequence_run(&floats);
  CHECK_STATUS(CRNN_OK, crnn_run(model, &in, 1, &out, 1, NULL));
  CHECK(sequence_equal(&floats, &integers));
  free(bytes);
  sequence_end(&floats);
  sequence_end(&integers);
  crnn_model_destroy(model);
}

static void ports(void) {
  crnn_model *model = checks_open("pair.crnn", NULL);
  crnn_port_info info = { .struct_size = sizeof info };
  int32_t index = -7;
  CHECK(crnn_model_port_count(model, CRNN_INPUT) == 2);
  CHECK(crnn_model_port_count(model, CRNN_OUTPUT) == 1);
  for (int32_t i = 0; i < 2; i++) {
    CHECK_STATUS(CRNN_OK, crnn_model_port(model, CRNN_INPUT, i, &info, NULL));
    CHECK_STATUS(CRNN_OK, crnn_model_find_port(model, CRNN_INPUT, info.name, &index, NULL));
    CHECK(index == i);
  }
  index = -7;
  CHECK_STATUS(CRNN_ERROR_PORT, crnn_model_find_port(model, CRNN_INPUT, "no such port", &index, NULL));
  CHECK(index == -7);
  CHECK_STATUS(CRNN_ERROR_PORT, crnn_model_port(model, CRNN_INPUT, 2, &info, NULL));
  CHECK_STATUS(CRNN_ERROR_PORT, crnn_model_port(model, CRNN_OUTPUT, -1, &info, NULL));
  CHECK_STATUS(CRNN_ERROR_PORT, crnn_model_port(model, 2, 0, &info, NULL));
  info.struct_size = 0;
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_model_port(model, CRNN_INPUT, 0, &info, NULL));
  CHECK(crnn_model_text(model, "no such text") == NULL);
  crnn_model_destroy(model);
}

static void stream_options_out_of_range(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  const crnn_stream_options good = CRNN_STREAM_OPTIONS_INITIALIZER;
  crnn_stream_options bad;
  size_t bytes = 77;
  crnn_stream *stream = NULL;
#define REFUSE_OPTIONS(change)                                                               \
  do {                                                                                       \
    bad = good;                                                                              \
    change;                                                                                  \
    CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_stream_size(model, &bad, &bytes, NULL));          \
    CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_stream_create(model, &bad, &stream, NULL));       \
    CHECK(bytes == 77 && stream == NULL);                                                    \
  } while (0)
  REFUSE_OPTIONS(bad.chunk = -1);
  REFUSE_OPTIONS(bad.chunk = 65537);
  REFUSE_OPTIONS(bad.maximum_frames = -1);
  REFUSE_OPTIONS(bad.reserved = 1);
  REFUSE_OPTIONS(bad.struct_size = 0);
  crnn_model_destroy(model);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  TEST(versions);
  TEST(every_status_has_a_name_and_a_text);
  TEST(null_pointers_are_refused);
  TEST(arrays_that_do_not_fit_are_refused);
  TEST(outputs_that_do_not_fit_are_refused_and_untouched);
  TEST(strided_arrays);
  TEST(integer_arrays);
  TEST(ports);
  TEST(stream_options_out_of_range);
  return checks_failed_tests != 0;
}
