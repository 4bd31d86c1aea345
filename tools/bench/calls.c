/* What calls cost where the network has next to nothing to do:
 *
 *     calls MODEL.crnn…
 *
 * push      crnn_stream_push of one frame from which no output becomes ready
 * + pull    the same, and the crnn_stream_pull that says so
 * process   the same by crnn_stream_process
 * reset     crnn_stream_reset, beside a memset of as many bytes as the stream has
 *
 * Nanoseconds a call, the least of many rounds; one thread. A round pushes the frames of a fresh stream up to the one
 * that would give an output; they are quantised and stored, which is part of the figures. A model with several ports, or
 * which gives an output for its first frame or only at the end, has only the last two columns. */
#include <crnn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 3000, LONGEST = 4096, BOUND = 256, REPEATED = 16 };

typedef struct network {
  crnn_model *model;
  crnn_stream *stream;
  size_t bytes;
  float *input, *output;
  crnn_array in, out; /* one frame of each */
} network;

static void check(const char *what, crnn_status status, const crnn_error *error) {
  if (!status) return;
  fprintf(stderr, "calls: %s: %s\n", what, error && error->message[0] ? error->message : crnn_status_text(status));
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* One frame of port 0, and memory for it. */
static crnn_array frame(const crnn_model *model, crnn_direction direction, float **data) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_port_info info = { .struct_size = sizeof info };
  check("port", crnn_model_port(model, direction, 0, &info, &error), &error);
  crnn_array array = { sizeof array, NULL, CRNN_F32, info.rank + 1, { 1 }, { 0 } };
  size_t elements = 1;
  for (int32_t axis = 0; axis < info.rank; axis++) elements *= (size_t)(array.shape[axis + 1] = info.shape[axis]);
  array.data = *data = calloc(elements, sizeof(float));
  for (size_t i = 0; i < elements; i++) (*data)[i] = (float)(i % 7) / 8 - 0.4f;
  return array;
}

static network begin(const char *path) {
  network n = { 0 };
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  check(path, crnn_model_open(path, NULL, &n.model, &error), &error);
  options.maximum_frames = crnn_model_is_bounded(n.model) ? BOUND : 0;
  check(path, crnn_stream_size(n.model, &options, &n.bytes, &error), &error);
  check(path, crnn_stream_create(n.model, &options, &n.stream, &error), &error);
  n.in = frame(n.model, CRNN_INPUT, &n.input);
  n.out = frame(n.model, CRNN_OUTPUT, &n.output);
  return n;
}

static void end(network *n) {
  crnn_stream_destroy(n->stream);
  crnn_model_destroy(n->model);
  free(n->input);
  free(n->output);
}

static void push(network *n) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  check("push", crnn_stream_push(n->model, n->stream, 0, &n->in, &error), &error);
}

static int64_t pull(network *n) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  int64_t got = 0;
  check("pull", crnn_stream_pull(n->model, n->stream, 0, &n->out, &got, &error), &error);
  return got;
}

static void push_and_pull(network *n) {
  push(n);
  if (pull(n)) check("pull gave an output", CRNN_ERROR_STREAM, NULL);
}

static void process(network *n) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  int64_t got = 0;
  check("process", crnn_stream_process(n->model, n->stream, &n->in, 0, &n->out, &got, &error), &error);
}

static void reset(network *n) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  check("reset", crnn_stream_reset(n->model, n->stream, &error), &error);
}

/* How many frames a fresh stream takes without giving one; 0 where there is no such number. */
static int idle_frames(network *n) {
  if (crnn_model_is_bounded(n->model)) return 0;
  if (crnn_model_port_count(n->model, CRNN_INPUT) != 1 || crnn_model_port_count(n->model, CRNN_OUTPUT) != 1) return 0;
  crnn_port_info info = { .struct_size = sizeof info };
  check("port", crnn_model_port(n->model, CRNN_INPUT, 0, &info, NULL), NULL);
  /* A sequence of a fixed length takes no more. */
  const int64_t longest = info.fixed_frames && info.fixed_frames < LONGEST ? info.fixed_frames : LONGEST;
  int frames = 0;
  reset(n);
  for (; frames < longest; frames++) {
    push(n);
    if (pull(n)) break;
  }
  return frames < LONGEST ? frames : 0;
}

/* Nanoseconds of one call, of which `count` follow each other on a fresh stream. */
static double least(network *n, void (*call)(network *), int count) {
  double fastest = 1e300;
  for (int round = 0; round < ROUNDS; round++) {
    reset(n);
    const double start = now();
    for (int i = 0; i < count; i++) call(n);
    const double taken = (now() - start) / count;
    if (taken < fastest) fastest = taken;
  }
  return fastest;
}

/* Nanoseconds of clearing the memory of a stream. */
static double clearing(size_t bytes) {
  unsigned char *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  double fastest = 1e300;
  for (int round = 0; round < ROUNDS; round++) {
    const double start = now();
    for (int i = 0; i < REPEATED; i++) {
      memset(memory, 0, bytes);
      __asm__ volatile("" ::"r"(memory) : "memory"); /* each of them is needed */
    }
    const double taken = (now() - start) / REPEATED;
    if (taken < fastest) fastest = taken;
  }
  free(memory);
  return fastest;
}

int main(int count, char **arguments) {
  if (count < 2) {
    fprintf(stderr, "usage: calls MODEL.crnn…\n");
    return 2;
  }
  printf("%-44s %12s %7s %7s %7s %8s %8s %8s\n", "model", "stream bytes", "frames", "push", "+ pull", "process",
         "reset", "memset");
  for (int m = 1; m < count; m++) {
    network n = begin(arguments[m]);
    const int idle = idle_frames(&n);
    printf("%-44s %12zu ", arguments[m], n.bytes);
    if (idle) {
      const double alone = least(&n, push, idle), pulled = least(&n, push_and_pull, idle);
      printf("%7d %7.0f %7.0f %8.0f", idle, alone, pulled, least(&n, process, idle));
    } else {
      printf("%7s %7s %7s %8s", "-", "-", "-", "-");
    }
    printf(" %8.0f %8.0f\n", least(&n, reset, REPEATED), clearing(n.bytes));
    end(&n);
  }
}
