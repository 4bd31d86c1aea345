/* Very long sequences: memory stays as it was, no output is ever NaN, and after a reset a stream gives the bits of a fresh one; streams of
 * several networks side by side, each twice, in other pieces and chunks, give the same bits to the end. CRNN_SOAK_FRAMES says how many frames,
 * 200,000 without it, CRNN_SOAK_MINUTES after how long the last test is content with fewer; `make soak-frames` runs a hundred million. */
#define _POSIX_C_SOURCE 200809L
#include "sequences.h"
#include "process_memory.h"

#include <time.h>

enum { PERIOD = 1000, LARGEST_FRAME = 64 }; /* frames of input, again and again; elements of a frame */

static long long frames_in_all = 200000;
static double minutes = 1e9;

typedef struct long_run {
  crnn_model *model;
  crnn_stream *stream;
  crnn_port_info input, output;
  float in[PERIOD * LARGEST_FRAME];
  float out[LARGEST_FRAME];
  long long given;
  int wrong; /* NaN or infinite values, failed calls */
  unsigned long long sum; /* of the outputs' bits, in their order */
} long_run;

/* All outputs that are ready; copies of them to `kept`, if wanted. Returns the end of the copies. */
static float *pull(long_run *run, float *kept) {
  const int64_t size = sequence_frame_size(&run->output);
  for (int64_t got = 1; got > 0;) {
    crnn_array out = sequence_array(&run->output, run->out, 1);
    if (crnn_stream_pull(run->model, run->stream, 0, &out, &got, NULL)) {
      run->wrong++;
      break;
    }
    if (got == 0) break;
    run->given++;
    for (int64_t i = 0; i < size; i++) {
      unsigned bits;
      memcpy(&bits, &run->out[i], sizeof bits);
      run->sum = (run->sum ^ bits) * 0x100000001B3ull;
      run->wrong += !(run->out[i] - run->out[i] == 0);
    }
    if (kept) memcpy(kept, run->out, (size_t)size * sizeof(float)), kept += size;
  }
  return kept;
}

/* Frames of the input from `first` on, at once. */
static void push_piece(long_run *run, long long first, long long count) {
  crnn_array in = sequence_array(&run->input, run->in + first % PERIOD * sequence_frame_size(&run->input), count);
  run->wrong += crnn_stream_push(run->model, run->stream, 0, &in, NULL) != CRNN_OK;
}

/* `count` frames one at a time; the outputs of the first PERIOD, if wanted, to `kept`. */
static void push(long_run *run, long long count, float *kept) {
  for (long long frame = 0; frame < count; frame++) {
    push_piece(run, frame, 1);
    kept = pull(run, kept);
  }
}

/* 0 where the network is not one of small frames. */
static int begin(long_run *run, const char *name, int32_t chunk) {
  *run = (long_run){ .model = checks_open(name, NULL), .input = { .struct_size = sizeof run->input }, .output = { .struct_size = sizeof run->output } };
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  options.chunk = chunk;
  CHECK_STATUS(CRNN_OK, crnn_model_port(run->model, CRNN_INPUT, 0, &run->input, NULL));
  CHECK_STATUS(CRNN_OK, crnn_model_port(run->model, CRNN_OUTPUT, 0, &run->output, NULL));
  const int fits = sequence_frame_size(&run->input) <= LARGEST_FRAME && sequence_frame_size(&run->output) <= LARGEST_FRAME;
  CHECK(fits);
  checks_fill(run->in, sizeof run->in / sizeof *run->in, 11u);
  CHECK_STATUS(CRNN_OK, crnn_stream_create(run->model, &options, &run->stream, NULL));
  return fits;
}

static void end(long_run *run) {
  crnn_stream_destroy(run->stream);
  crnn_model_destroy(run->model);
}

static void soak(const char *name) {
  static long_run run;
  static float fresh[PERIOD * LARGEST_FRAME], again[PERIOD * LARGEST_FRAME];
  if (!begin(&run, name, 0)) return;
  memset(fresh, 0, sizeof fresh);
  memset(again, 0, sizeof again);
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
  end(&run);
}

static void a_long_gru_stream(void) { soak("stream.crnn"); }

/* One of its cells counts: it grows with every frame. */
static void a_long_lstm_stream(void) { soak("lstm.crnn"); }

/* ---- Several networks side by side ---- */

static double minutes_passed(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec / 60 + (double)now.tv_nsec / 60e9;
}

/* Each network twice: frame by frame; and in pieces of up to LONGEST frames, with steps of several. */
static void streams_side_by_side(void) {
  static const char *const names[] = { "stream.crnn", "lstm.crnn", "strided.crnn", "text.crnn" };
  static const int32_t chunks[] = { 16, 3, 8, 5 };
  enum { NETWORKS = sizeof names / sizeof *names, LONGEST = 20 };
  static long_run one[NETWORKS], other[NETWORKS];
  const double start = minutes_passed();
  long long frames = 0, before = 0;
  unsigned state = 1;
  for (int i = 0; i < NETWORKS; i++)
    if (!begin(&one[i], names[i], 1) || !begin(&other[i], names[i], chunks[i])) return;
  for (int round = 0; frames < frames_in_all && minutes_passed() - start < minutes; round++) {
    /* After the first round everything has been touched that ever is. */
    if (round == 1) process_memory("Anonymous:"), before = process_memory("Anonymous:");
    for (int turn = 0; turn < 1000; turn++) {
      state = state * 1664525u + 1013904223u;
      const int i = (int)(state >> 8) % NETWORKS;
      const long long first = (state >> 16) % (PERIOD - LONGEST), count = 1 + (state >> 12) % LONGEST;
      for (long long frame = 0; frame < count; frame++) push_piece(&one[i], first + frame, 1), pull(&one[i], NULL);
      for (long long done = 0; done < count;) {
        const long long room = chunks[i] < count - done ? chunks[i] : count - done;
        push_piece(&other[i], first + done, room);
        pull(&other[i], NULL);
        done += room;
      }
      frames += 2 * count;
    }
  }
  const long long after = process_memory("Anonymous:");
  for (int i = 0; i < NETWORKS; i++) {
    CHECK_STATUS(CRNN_OK, crnn_stream_finish(one[i].model, one[i].stream, 0, NULL));
    CHECK_STATUS(CRNN_OK, crnn_stream_finish(other[i].model, other[i].stream, 0, NULL));
    pull(&one[i], NULL);
    pull(&other[i], NULL);
    CHECK(one[i].given > 0 && one[i].given == other[i].given && one[i].sum == other[i].sum);
    CHECK(one[i].wrong == 0 && other[i].wrong == 0);
    end(&one[i]);
    end(&other[i]);
  }
  CHECK(before == 0 || after == before);
  printf("  %d networks twice: %lld frames, memory %+lld bytes\n", NETWORKS, frames, before == 0 ? 0 : after - before);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  const char *asked = getenv("CRNN_SOAK_FRAMES");
  if (asked) frames_in_all = atoll(asked);
  if (getenv("CRNN_SOAK_MINUTES")) minutes = atof(getenv("CRNN_SOAK_MINUTES"));
  if (frames_in_all < 2 * PERIOD) {
    fprintf(stderr, "soak: CRNN_SOAK_FRAMES must be at least %d\n", 2 * PERIOD);
    return 2;
  }
  if (process_memory("Anonymous:") < 0) checks_skip("memory", "this kernel has no /proc/self/smaps_rollup");
  TEST(a_long_gru_stream);
  TEST(a_long_lstm_stream);
  TEST(streams_side_by_side);
  return checks_failed_tests != 0;
}
