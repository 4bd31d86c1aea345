/* How fast packed models run through libcrnn.so, for each instruction set and chunk:
 *
 *     bench-isas MODEL.crnn…
 *
 * For each combination whole sequences of random input are run over and over, in rounds of a fifth of a second; the fastest
 * round counts. One thread, the caller's. */
#include <crnn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PORTS = 8, SEQUENCE = 256, LONGEST = 65536, ROUNDS = 5 };
static const double ROUND_SECONDS = 0.2;
static const int32_t CHUNKS[] = { 1, 8, 64 };

typedef struct port {
  crnn_port_info info;
  int64_t frames, elements; /* of a sequence; of a frame */
  float *data;
} port;

typedef struct network {
  crnn_model *model;
  int32_t inputs, outputs;
  port input[PORTS], output[PORTS];
} network;

static void stop(const char *what, const char *why) {
  fprintf(stderr, "bench-isas: %s: %s\n", what, why);
  exit(1);
}

static void check(const char *what, crnn_status status, const crnn_error *error) {
  if (status) stop(what, error->message[0] ? error->message : crnn_status_text(status));
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void describe(const network *n, crnn_direction direction, int32_t index, port *p) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  p->info.struct_size = sizeof p->info;
  check("port", crnn_model_port(n->model, direction, index, &p->info, &error), &error);
  p->elements = 1;
  for (int32_t axis = 0; axis < p->info.rank; axis++) p->elements *= p->info.shape[axis];
}

/* The frames of each input port: a sequence long enough that every output port gives several frames (a network behind a window of
 * 512 samples gives nothing for 256 of them). */
static void choose_frames(const char *path, const network *n, int64_t *frames) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  for (int64_t sequence = SEQUENCE; sequence <= LONGEST; sequence *= 2) {
    for (int32_t i = 0; i < n->inputs; i++) {
      const crnn_port_info *info = &n->input[i].info;
      frames[i] = info->per_sequence ? 1 : info->fixed_frames ? info->fixed_frames : sequence;
    }
    int enough = 1;
    for (int32_t i = 0; i < n->outputs; i++) {
      int64_t given = 0;
      check(path, crnn_model_output_frames(n->model, i, frames, n->inputs, &given, &error), &error);
      const crnn_port_info *info = &n->output[i].info;
      if (given < (info->per_sequence || info->fixed_frames ? 1 : 16)) enough = 0;
    }
    if (enough) return;
  }
}

static network begin(const char *path, const char *isa) {
  network n = { 0 };
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_model_options options = CRNN_MODEL_OPTIONS_INITIALIZER;
  int64_t frames[PORTS];
  options.isa = isa;
  check(path, crnn_model_open(path, &options, &n.model, &error), &error);
  n.inputs = crnn_model_port_count(n.model, CRNN_INPUT);
  n.outputs = crnn_model_port_count(n.model, CRNN_OUTPUT);
  if (n.inputs > PORTS || n.outputs > PORTS) stop(path, "more ports than this program takes");
  for (int32_t i = 0; i < n.inputs; i++) describe(&n, CRNN_INPUT, i, &n.input[i]);
  for (int32_t i = 0; i < n.outputs; i++) describe(&n, CRNN_OUTPUT, i, &n.output[i]);
  choose_frames(path, &n, frames);
  unsigned seed = 1;
  for (int32_t i = 0; i < n.inputs; i++) {
    port *p = &n.input[i];
    p->frames = frames[i];
    p->data = calloc((size_t)(p->frames * p->elements), sizeof(float));
    if (p->info.native_dtype == CRNN_S32) continue; /* indices: row 0 of an embedding */
    for (int64_t k = 0; k < p->frames * p->elements; k++) {
      seed = seed * 1664525u + 1013904223u;
      p->data[k] = (float)(seed >> 8) / 16777216.0f;
    }
  }
  for (int32_t i = 0; i < n.outputs; i++) {
    port *p = &n.output[i];
    check(path, crnn_model_output_frames(n.model, i, frames, n.inputs, &p->frames, &error), &error);
    p->data = calloc((size_t)(p->frames * p->elements) + 1, sizeof(float));
  }
  return n;
}

static void end(network *n) {
  for (int32_t i = 0; i < n->inputs; i++) free(n->input[i].data);
  for (int32_t i = 0; i < n->outputs; i++) free(n->output[i].data);
  crnn_model_destroy(n->model);
}

static crnn_array view(const port *p, int64_t first, int64_t count) {
  crnn_array array = { sizeof array, p->data + first * p->elements, CRNN_F32, p->info.rank + 1, { count }, { 0 } };
  if (p->info.native_dtype == CRNN_S32) array.dtype = CRNN_S32;
  for (int32_t axis = 0; axis < p->info.rank; axis++) array.shape[axis + 1] = p->info.shape[axis];
  return array;
}

static void pull(network *n, crnn_stream *stream) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  for (int32_t i = 0; i < n->outputs; i++) {
    for (int64_t got = 1; got > 0;) {
      if (n->output[i].frames == 0) break;
      crnn_array out = view(&n->output[i], 0, n->output[i].frames);
      check("pull", crnn_stream_pull(n->model, stream, i, &out, &got, &error), &error);
    }
  }
}

/* One whole sequence, `chunk` frames at a time. */
static void run_sequence(network *n, crnn_stream *stream, int32_t chunk) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  int64_t pushed[PORTS] = { 0 };
  for (int32_t left = n->inputs; left > 0;) {
    for (int32_t i = 0; i < n->inputs; i++) {
      port *p = &n->input[i];
      if (pushed[i] > p->frames) continue;
      if (pushed[i] == p->frames) {
        check("finish", crnn_stream_finish(n->model, stream, i, &error), &error);
        pushed[i]++;
        left--;
      } else {
        int64_t count = p->frames - pushed[i] < chunk ? p->frames - pushed[i] : chunk;
        crnn_array in = view(p, pushed[i], count);
        crnn_status status = crnn_stream_push(n->model, stream, i, &in, &error);
        if (status == CRNN_OK) pushed[i] += count;
        else if (status != CRNN_ERROR_OUTPUT_PENDING) check("push", status, &error);
      }
      pull(n, stream);
    }
  }
  check("reset", crnn_stream_reset(n->model, stream, &error), &error);
}

static void measure(const char *path, network *n, const char *isa, int32_t chunk) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  crnn_stream *stream = NULL;
  size_t bytes = 0;
  int64_t frames = 0;
  for (int32_t i = 0; i < n->inputs; i++)
    if (n->input[i].frames > frames) frames = n->input[i].frames;
  options.chunk = chunk;
  options.maximum_frames = crnn_model_is_bounded(n->model) ? frames : 0;
  check(path, crnn_stream_size(n->model, &options, &bytes, &error), &error);
  check(path, crnn_stream_create(n->model, &options, &stream, &error), &error);
  run_sequence(n, stream, chunk);
  double fastest = 0;
  for (int round = 0; round < ROUNDS; round++) {
    const double start = now();
    double elapsed = 0;
    int64_t sequences = 0;
    do {
      run_sequence(n, stream, chunk);
      sequences++;
      elapsed = now() - start;
    } while (elapsed < ROUND_SECONDS);
    if ((double)sequences / elapsed > fastest) fastest = (double)sequences / elapsed;
  }
  crnn_stream_destroy(stream);
  printf("%-42s %-10s %5d %12.0f %12.2f %12zu\n", path, isa, chunk, fastest * (double)frames,
         1e6 / (fastest * (double)frames), bytes);
  fflush(stdout);
}

int main(int count, char **arguments) {
  if (count < 2) stop("usage", "bench-isas MODEL.crnn…");
  printf("%-42s %-10s %5s %12s %12s %12s\n", "model", "isa", "chunk", "frames/s", "us/frame", "stream bytes");
  for (int m = 1; m < count; m++) {
    for (int32_t isa = 0; isa < crnn_isa_count(); isa++) {
      if (!crnn_isa_supported(isa)) continue;
      network n = begin(arguments[m], crnn_isa_name(isa));
      for (size_t c = 0; c < sizeof CHUNKS / sizeof *CHUNKS; c++)
        measure(arguments[m], &n, crnn_isa_name(isa), CHUNKS[c]);
      end(&n);
    }
  }
}
