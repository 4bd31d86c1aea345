/* A program that was compiled with the first header that there was (older/crnn.h, which is never changed), and runs with the library of today:
 * structures as long as they were then, what has been added to them since left alone, and every function of then. */
#include "older/crnn.h"

#include "checks.h"

_Static_assert(sizeof(crnn_error) == 256, "older/crnn.h is not the first header");

static crnn_error error = CRNN_ERROR_INITIALIZER;

/* A structure as it was, and what stands behind it in the program's memory. */
#define GUARDED(type) struct { type it; unsigned char behind[64]; }
#define GUARD(guarded) memset((guarded).behind, 0xA5, sizeof (guarded).behind)
#define CHECK_GUARD(guarded)                                                                          \
  do {                                                                                                \
    for (size_t i = 0; i < sizeof (guarded).behind; i++) CHECK((guarded).behind[i] == 0xA5);          \
  } while (0)

static void the_library_takes_the_header(void) {
  CHECK_STATUS(CRNN_OK, crnn_abi_check(CRNN_HEADER_VERSION));
  CHECK(crnn_version() >= CRNN_HEADER_VERSION);
}

/* The whole course of a program that keeps a stream: from the file's description to the last frame. */
static void a_stream_in_the_callers_memory(void) {
  size_t bytes = 0;
  unsigned char *file = checks_read(checks_path("stream.crnn"), &bytes);
  GUARDED(crnn_requirements) needs = { .it = { .struct_size = sizeof needs.it } };
  GUARD(needs);
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  crnn_model_options kernels = CRNN_MODEL_OPTIONS_INITIALIZER;
  CHECK_STATUS(CRNN_OK, crnn_file_requirements(file, bytes, &options, &needs.it, &error));
  CHECK_GUARD(needs);
  void *place = aligned_alloc(64, ((size_t)needs.it.model_bytes + 63) / 64 * 64);
  void *memory = aligned_alloc(64, ((size_t)needs.it.stream_bytes + 63) / 64 * 64);
  crnn_model *model = NULL;
  crnn_stream *stream = NULL;
  CHECK_STATUS(CRNN_OK, crnn_model_init(place, (size_t)needs.it.model_bytes, file, bytes, &kernels, &model, &error));
  CHECK_STATUS(CRNN_OK, crnn_stream_init(model, memory, (size_t)needs.it.stream_bytes, &options, &stream, &error));

  GUARDED(crnn_port_info) input = { .it = { .struct_size = sizeof input.it } };
  GUARDED(crnn_port_info) output = { .it = { .struct_size = sizeof output.it } };
  GUARD(input);
  GUARD(output);
  int32_t index = -1;
  CHECK(crnn_model_port_count(model, CRNN_INPUT) == 1 && crnn_model_port_count(model, CRNN_OUTPUT) == 1);
  CHECK_STATUS(CRNN_OK, crnn_model_port(model, CRNN_INPUT, 0, &input.it, &error));
  CHECK_STATUS(CRNN_OK, crnn_model_port(model, CRNN_OUTPUT, 0, &output.it, &error));
  CHECK_STATUS(CRNN_OK, crnn_model_find_port(model, CRNN_OUTPUT, output.it.name, &index, &error));
  CHECK(index == 0 && input.it.rank == 1 && output.it.rank == 1 && input.it.rate_numerator > 0);
  CHECK_GUARD(input);
  CHECK_GUARD(output);

  enum { FRAMES = 24 };
  const int64_t wide = input.it.shape[0], classes = output.it.shape[0], frames = FRAMES;
  float *in = malloc((size_t)(FRAMES * wide) * sizeof *in), *streamed = malloc((size_t)(FRAMES * classes) * sizeof *in);
  float *whole = malloc((size_t)(FRAMES * classes) * sizeof *in);
  checks_fill(in, (size_t)(FRAMES * wide), 1);
  int64_t expected = 0, given = 0, some = 0;
  CHECK_STATUS(CRNN_OK, crnn_model_output_frames(model, 0, &frames, 1, &expected, &error));
  for (int64_t frame = 0; frame < FRAMES; frame++) {
    const crnn_array one = crnn_array_2d(in + frame * wide, CRNN_F32, 1, wide);
    CHECK_STATUS(CRNN_OK, crnn_stream_push(model, stream, 0, &one, &error));
    const crnn_array room = crnn_array_2d(streamed + given * classes, CRNN_F32, FRAMES - given, classes);
    CHECK_STATUS(CRNN_OK, crnn_stream_pull(model, stream, 0, &room, &some, &error));
    given += some;
  }
  CHECK_STATUS(CRNN_OK, crnn_stream_finish(model, stream, 0, &error));
  const crnn_array room = crnn_array_2d(streamed + given * classes, CRNN_F32, FRAMES - given, classes);
  CHECK_STATUS(CRNN_OK, crnn_stream_pull(model, stream, 0, &room, &some, &error));
  CHECK(given + some == expected && expected > 0);

  const crnn_array all = crnn_array_2d(in, CRNN_F32, FRAMES, wide), result = crnn_array_2d(whole, CRNN_F32, expected, classes);
  CHECK_STATUS(CRNN_OK, crnn_run(model, &all, 1, &result, 1, &error));
  CHECK(memcmp(whole, streamed, (size_t)(expected * classes) * sizeof *whole) == 0);

  CHECK_STATUS(CRNN_OK, crnn_stream_reset(model, stream, &error));
  const crnn_array again = crnn_array_2d(streamed, CRNN_F32, expected, classes);
  CHECK_STATUS(CRNN_OK, crnn_stream_process(model, stream, &all, 1, &again, &some, &error));
  CHECK(some == expected && memcmp(whole, streamed, (size_t)(expected * classes) * sizeof *whole) == 0);
  CHECK(strlen(crnn_model_isa(model)) > 0 && crnn_model_is_bounded(model) == 0);
  crnn_stream_destroy(NULL);
  free(in);
  free(streamed);
  free(whole);
  free(memory);
  free(place);
  free(file);
}

/* A structure that a later header has made longer: what the library does not know of stays as it is. */
static void longer_structures_are_taken(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  GUARDED(crnn_port_info) info = { .it = { .struct_size = sizeof info } };
  GUARD(info);
  CHECK_STATUS(CRNN_OK, crnn_model_port(model, CRNN_INPUT, 0, &info.it, &error));
  CHECK_GUARD(info);
  GUARDED(crnn_error) longer = { .it = { .struct_size = sizeof longer } };
  GUARD(longer);
  CHECK_STATUS(CRNN_ERROR_PORT, crnn_model_port(model, CRNN_INPUT, 99, &info.it, &longer.it));
  CHECK(longer.it.status == CRNN_ERROR_PORT && memchr(longer.it.message, 0, sizeof longer.it.message));
  CHECK_GUARD(longer);
  crnn_model_destroy(model);
}

/* And what is shorter than the first form was never a structure of any header. */
static void shorter_structures_are_refused(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  crnn_port_info info = { .struct_size = sizeof info - 1 };
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  size_t bytes = 0;
  options.struct_size--;
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_model_port(model, CRNN_INPUT, 0, &info, &error));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_stream_size(model, &options, &bytes, &error));
  crnn_model_destroy(model);
}

/* Numbers and names of then are those of now. */
static void statuses_keep_their_names(void) {
  static const struct { crnn_status status; const char *name; } names[] = {
#define NAMED(status) { status, #status }
    NAMED(CRNN_OK), NAMED(CRNN_ERROR_ARGUMENT), NAMED(CRNN_ERROR_SHAPE), NAMED(CRNN_ERROR_TYPE), NAMED(CRNN_ERROR_PORT),
    NAMED(CRNN_ERROR_ALIGNMENT), NAMED(CRNN_ERROR_VERSION), NAMED(CRNN_ERROR_FILE_MAGIC), NAMED(CRNN_ERROR_FILE_TRUNCATED),
    NAMED(CRNN_ERROR_FILE_CHECKSUM), NAMED(CRNN_ERROR_FILE_TOO_NEW), NAMED(CRNN_ERROR_FILE_MALFORMED),
    NAMED(CRNN_ERROR_FILE_SELF_TEST), NAMED(CRNN_ERROR_FINISHED), NAMED(CRNN_ERROR_STREAM), NAMED(CRNN_ERROR_INCOMPLETE),
    NAMED(CRNN_ERROR_CAPACITY), NAMED(CRNN_ERROR_TOO_LONG), NAMED(CRNN_ERROR_OUTPUT_PENDING), NAMED(CRNN_ERROR_OPEN),
    NAMED(CRNN_ERROR_MEMORY), NAMED(CRNN_ERROR_ISA),
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    CHECK(strcmp(crnn_status_name(names[i].status), names[i].name) == 0);
    CHECK(strlen(crnn_status_text(names[i].status)) > 3);
  }
}

/* A library of another major version, or before 1.0 of another minor one, says plainly that it does not fit. */
static void another_version_is_told(void) {
  const uint32_t patch = CRNN_HEADER_VERSION + 1, minor = CRNN_HEADER_VERSION + 1000, major = CRNN_HEADER_VERSION + 1000000;
  CHECK_STATUS(CRNN_OK, crnn_abi_check(patch));
  CHECK_STATUS(CRNN_ERROR_VERSION, crnn_abi_check(minor));
  CHECK_STATUS(CRNN_ERROR_VERSION, crnn_abi_check(major));
  CHECK_STATUS(CRNN_ERROR_VERSION, crnn_abi_check(0));
  CHECK(strcmp(crnn_status_text(CRNN_ERROR_VERSION), "header and library do not fit together") == 0);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  TEST(the_library_takes_the_header);
  TEST(a_stream_in_the_callers_memory);
  TEST(longer_structures_are_taken);
  TEST(shorter_structures_are_refused);
  TEST(statuses_keep_their_names);
  TEST(another_version_is_told);
  return checks_failed_tests > 0;
}
