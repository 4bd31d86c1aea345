/* A stream without a heap: the model file, the model and the stream lie in static memory, as in a firmware.
 *
 *     cc stream.c -lcrnn -o stream
 *     ./stream digits.crnn < frames.f32
 *
 * Reads frames of raw 32-bit floats from standard input, as many values to a frame as the model's input port states, pushes them
 * one by one, and prints every output frame as soon as it is there: its number and its values.
 */
#include <crnn.h>

#include <stdio.h>

/* What this program is prepared to hold. crnn_file_requirements tells what a model needs, before anything is initialised. */
enum { FILE_BYTES = 4 << 20, MODEL_BYTES = 64 << 10, STREAM_BYTES = 1 << 20, VALUES = 4096 };

static _Alignas(CRNN_MEMORY_ALIGNMENT) unsigned char file[FILE_BYTES];
static _Alignas(CRNN_MEMORY_ALIGNMENT) unsigned char model_memory[MODEL_BYTES];
static _Alignas(CRNN_MEMORY_ALIGNMENT) unsigned char stream_memory[STREAM_BYTES];
static float frame[VALUES], result[VALUES];

static crnn_error error = CRNN_ERROR_INITIALIZER;

static int fail(const char *message) {
  fprintf(stderr, "%s\n", message);
  return 1;
}

static long long frame_values(const crnn_port_info *port) {
  long long values = 1;
  for (int axis = 0; axis < port->rank; axis++) values *= port->shape[axis];
  return values;
}

/* One frame of floats as the port takes or gives it. */
static crnn_array one_frame(float *values, const crnn_port_info *port) {
  crnn_array array = { sizeof array, values, CRNN_F32, port->rank + 1, { 1 }, { 0 } };
  for (int axis = 0; axis < port->rank; axis++) array.shape[axis + 1] = port->shape[axis];
  return array;
}

/* Prints all that is ready. */
static crnn_status print_ready(const crnn_model *model, crnn_stream *stream, const crnn_port_info *port) {
  static long long number = 0;
  crnn_array output = one_frame(result, port);
  int64_t frames;
  for (;;) {
    crnn_status status = crnn_stream_pull(model, stream, 0, &output, &frames, &error);
    if (status != CRNN_OK || frames == 0) return status;
    printf("%lld", number++);
    for (long long i = 0; i < frame_values(port); i++) printf(" %.6g", result[i]);
    printf("\n");
  }
}

int main(int count, char **arguments) {
  if (count != 2) return fail("usage: stream MODEL.crnn < FRAMES");
  FILE *source = fopen(arguments[1], "rb");
  if (source == NULL) return fail("the model file cannot be opened");
  size_t file_bytes = fread(file, 1, sizeof file, source);
  fclose(source);

  crnn_requirements needs = { .struct_size = sizeof needs };
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  if (crnn_file_requirements(file, file_bytes, &options, &needs, &error)) return fail(error.message);
  fprintf(stderr, "file %llu bytes, model %llu, stream %llu\n", (unsigned long long)needs.file_bytes,
          (unsigned long long)needs.model_bytes, (unsigned long long)needs.stream_bytes);
  if (needs.file_bytes > sizeof file || needs.model_bytes > sizeof model_memory
      || needs.stream_bytes > sizeof stream_memory) return fail("this program has too little memory for the model");

  crnn_model *model;
  crnn_stream *stream;
  if (crnn_model_init(model_memory, sizeof model_memory, file, file_bytes, NULL, &model, &error)
      || crnn_stream_init(model, stream_memory, sizeof stream_memory, &options, &stream, &error)) return fail(error.message);

  crnn_port_info input = { .struct_size = sizeof input }, output = { .struct_size = sizeof output };
  if (crnn_model_port(model, CRNN_INPUT, 0, &input, &error) || crnn_model_port(model, CRNN_OUTPUT, 0, &output, &error)) {
    return fail(error.message);
  }
  if (frame_values(&input) > VALUES || frame_values(&output) > VALUES) return fail("the model's frames are too large");

  size_t values = (size_t)frame_values(&input);
  crnn_array array = one_frame(frame, &input);
  while (fread(frame, sizeof *frame, values, stdin) == values) {
    if (crnn_stream_push(model, stream, 0, &array, &error) || print_ready(model, stream, &output)) {
      return fail(error.message);
    }
  }
  if (crnn_stream_finish(model, stream, 0, &error) || print_ready(model, stream, &output)) return fail(error.message);
  return 0;
}
