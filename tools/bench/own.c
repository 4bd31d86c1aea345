/* This library without Python: whole sequences or single steps, timed here, when a process that measures others too says so.
 *
 *     bench-own MODEL INPUT FRAMES STEP CHUNK
 *
 * INPUT is a file of float32: call after call of FRAMES frames. STEP is 1 where the calls are pieces of one sequence, else each is
 * a sequence. Commands come on standard input, one a line; answers go to standard output as they lie in memory:
 *
 *     run FIRST COUNT   makes these calls and answers with COUNT int64: the nanoseconds of each
 *     result            answers with an int64, the number of float32 that the last call gave, and these
 *     reset             begins a new sequence; no answer */
#include <crnn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct call {
  crnn_model *model;
  crnn_stream *stream;
  crnn_array input, output;
  float *frames; /* of all calls */
  int64_t elements, calls; /* of a call; how many there are */
  int64_t given; /* frames that the last call gave */
  int is_step;
} call;

static void stop(const char *what, const char *why) {
  fprintf(stderr, "bench-own: %s: %s\n", what, why);
  exit(1);
}

static void check(const char *what, crnn_status status, const crnn_error *error) {
  if (status) stop(what, error->message[0] ? error->message : crnn_status_text(status));
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* A view of `count` frames of a port, without data. Adds up the elements of a frame. */
static crnn_array view(const crnn_model *model, crnn_direction direction, int64_t count, int64_t *elements) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_port_info info = { 0 };
  info.struct_size = sizeof info;
  check("port", crnn_model_port(model, direction, 0, &info, &error), &error);
  crnn_array array = { sizeof array, NULL, CRNN_F32, info.rank + 1, { count }, { 0 } };
  *elements = 1;
  for (int32_t axis = 0; axis < info.rank; axis++) *elements *= array.shape[axis + 1] = info.shape[axis];
  return array;
}

static void read_frames(call *c, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) stop(path, "cannot be read");
  const size_t bytes = (size_t)ftell(file);
  rewind(file);
  c->frames = malloc(bytes);
  c->calls = (int64_t)(bytes / sizeof(float)) / c->elements;
  if (!c->frames || fread(c->frames, 1, bytes, file) != bytes) stop(path, "cannot be read");
  fclose(file);
}

static void begin(call *c, char **arguments) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  const int64_t frames = atoll(arguments[2]);
  int64_t elements, room = 0;
  check(arguments[0], crnn_model_open(arguments[0], NULL, &c->model, &error), &error);
  c->is_step = atoi(arguments[3]);
  c->input = view(c->model, CRNN_INPUT, frames, &elements);
  c->elements = frames * elements;
  read_frames(c, arguments[1]);
  check("frames", crnn_model_output_frames(c->model, 0, &frames, 1, &room, &error), &error);
  room += c->is_step; /* a step may give what an earlier one could not */
  c->output = view(c->model, CRNN_OUTPUT, room, &elements);
  c->output.data = malloc((size_t)(room * elements) * sizeof(float));
  options.chunk = atoi(arguments[4]);
  options.maximum_frames = crnn_model_is_bounded(c->model) ? frames : 0;
  check("stream", crnn_stream_create(c->model, &options, &c->stream, &error), &error);
}

static int64_t timed(call *c, int64_t index) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  const int64_t start = now();
  c->input.data = c->frames + index % c->calls * c->elements;
  if (!c->is_step) check("reset", crnn_stream_reset(c->model, c->stream, &error), &error);
  check("process", crnn_stream_process(c->model, c->stream, &c->input, !c->is_step, &c->output, &c->given, &error), &error);
  return now() - start;
}

static void answer(const void *data, size_t bytes) {
  if (fwrite(data, 1, bytes, stdout) != bytes) stop("answer", "cannot be written");
}

static void answer_result(const call *c) {
  int64_t count = c->given;
  for (int32_t axis = 1; axis < c->output.rank; axis++) count *= c->output.shape[axis];
  answer(&count, sizeof count);
  answer(c->output.data, (size_t)count * sizeof(float));
}

static void answer_times(call *c, int64_t first, int64_t count) {
  int64_t *times = malloc((size_t)count * sizeof *times);
  if (!times) stop("run", "no memory");
  for (int64_t i = 0; i < count; i++) times[i] = timed(c, first + i);
  answer(times, (size_t)count * sizeof *times);
  free(times);
}

int main(int count, char **arguments) {
  if (count != 6) stop("usage", "bench-own MODEL INPUT FRAMES STEP CHUNK");
  crnn_error error = CRNN_ERROR_INITIALIZER;
  call c = { 0 };
  char line[100];
  begin(&c, arguments + 1);
  while (fgets(line, sizeof line, stdin)) {
    long long first, calls;
    if (sscanf(line, "run %lld %lld", &first, &calls) == 2 && first >= 0 && calls > 0) answer_times(&c, first, calls);
    else if (!strcmp(line, "result\n")) answer_result(&c);
    else if (!strcmp(line, "reset\n")) check("reset", crnn_stream_reset(c.model, c.stream, &error), &error);
    else stop(line, "no such command");
    if (fflush(stdout)) stop("answer", "cannot be written");
  }
}
