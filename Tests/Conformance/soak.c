/* A very long sequence through one stream: memory stays as it was, no output is ever NaN, and after a reset the stream
 * gives the bits of a fresh one. CRNN_SOAK_FRAMES says how many frames, 200,000 without it; `make soak-frames` runs ten
 * million. */
#include "sequences.h"
#include "process_memory.h"

enum { PERIOD = 1000, LARGEST_FRAME = 64 }; /* frames of input, again and again; elements of a frame */

static long long frames_in_all = 200000;

typedef struct long_run {
  crnn_model *model;
  crnn_stream *stream;
  crnn_port_info input, output;
  float in[PERIOD * LARGEST_FRAME];
  float out[LARGEST_FRAME];
  long long given;
  int wrong; /* NaN or infinite values, failed calls */
} long_run;

/* `count` frames one at a time; the outputs of the first PERIOD, if wanted, to `kept`. */
static void push(long_run *run, long long count, float *kept) {
  const int64_t in_size = sequence_frame_size(&run->input), out_size = sequence_frame_size(&run->output);
  for (long long frame = 0; frame < count; frame++) {
    crnn_array in = sequence_array(&run->input, run->in + frame % PERIOD * in_size, 1);
    run->wrong += crnn_stream_push(run->model, run->stream, 0, &in, NULL) != CRNN_OK;
    for (int64_t got = 1; got > 0;) {
      crnn_array out = sequence_array(&run->output, run->out, 1);
      if (crnn_stream_pull(run->model, run->stream, 0, &out, &got, NULL)) {
        run->wrong++;
        break;
      }
      if (got == 0) break;
      run->given++;
      for (int64_t i = 0; i < out_size; i++) run->wrong += !(run->out[i] - run->out[i] == 0);
      if (kept) memcpy(kept, run->out, (size_t)out_size * sizeof(float)), kept += out_size;
    }
  }
}

static void soak(const char *name) {
  static long_run run;
  static float fresh[PERIOD * LARGEST_FRAME], again[PERIOD * LARGEST_FRAME];
  run = (long_run){ .model = checks_open(name, NULL), .input = { sizeof run.input }, .output = { sizeof run.output } };
  CHECK_STATUS(CRNN_OK, crnn_model_port(run.model, CRNN_INPUT, 0, &run.input, NULL));
  CHECK_STATUS(CRNN_OK, crnn_model_port(run.model, CRNN_OUTPUT, 0, &run.output, NULL));
  if (sequence_frame_size(&run.input) > LARGEST_FRAME || sequence_frame_size(&run.output) > LARGEST_FRAME) {
    CHECK(!"a network of small frames");
    return;
  }
  checks_fill(run.in, sizeof run.in / sizeof *run.in, 11u);
  memset(fresh, 0, sizeof fresh);
  memset(again, 0, sizeof again);
  CHECK_STATUS(CRNN_OK, crnn_stream_create(run.model, NULL, &run.stream, NULL));
  push(&run, PERIOD, fresh);
  const long long given = run.given;
  process_memory("Anonymous:"); /* its own buffers */
  const long long before = process_memory("Anonymous:");
  push(&run, frames_in_all - PERIOD, NULL);
  const long long after = process_memory("Anonymous:");
  printf("  %s: %lld frames in, %lld out, memory %+lld bytes\n", name, frames_in_all, run.given, after - before);
  CHECK(run.wrong == 0);
  CHECK(after == before);
  CHECK(given > 0 && run.given >= frames_in_all / PERIOD * given);
  CHECK_STATUS(CRNN_OK, crnn_stream_reset(run.model, run.stream, NULL));
  run.given = 0;
  push(&run, PERIOD, again);
  CHECK(run.given == given && run.wrong == 0);
  CHECK(memcmp(fresh, again, sizeof fresh) == 0);
  crnn_stream_destroy(run.stream);
  crnn_model_destroy(run.model);
}

static void a_long_gru_stream(void) { soak("stream.crnn"); }

/* One of its cells counts: it grows with every frame. */
static void a_long_lstm_stream(void) { soak("lstm.crnn"); }

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  const char *asked = getenv("CRNN_SOAK_FRAMES");
  if (asked) frames_in_all = atoll(asked);
  if (frames_in_all < 2 * PERIOD) {
    fprintf(stderr, "soak: CRNN_SOAK_FRAMES must be at least %d\n", 2 * PERIOD);
    return 2;
  }
  if (process_memory("Anonymous:") < 0) checks_skip("memory", "this kernel has no /proc/self/smaps_rollup");
  TEST(a_long_gru_stream);
  TEST(a_long_lstm_stream);
  return checks_failed_tests != 0;
}
