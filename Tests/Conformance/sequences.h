/* Whole sequences through a stream, in any pieces, for any number of ports. */
#ifndef SEQUENCES_H
#define SEQUENCES_H

#include "checks.h"

#define SEQUENCE_PORTS 4
#define SEQUENCE_FRAMES 50 /* ticks of the sequences that tests push */

typedef struct sequence {
  const crnn_model *model;
  int32_t inputs, outputs;
  crnn_port_info input_info[SEQUENCE_PORTS], output_info[SEQUENCE_PORTS];
  int64_t input_frames[SEQUENCE_PORTS], output_frames[SEQUENCE_PORTS];
  float *input[SEQUENCE_PORTS], *output[SEQUENCE_PORTS];
} sequence;

static inline int64_t sequence_frame_size(const crnn_port_info *info) {
  int64_t size = 1;
  for (int axis = 0; axis < info->rank; axis++) size *= info->shape[axis];
  return size;
}

/* `frames` frames at `data` as the port takes or gives them. */
static inline crnn_array sequence_array(const crnn_port_info *info, float *data, int64_t frames) {
  crnn_array array = { sizeof(crnn_array), data, CRNN_F32, info->rank + 1, { frames }, { 0 } };
  for (int axis = 0; axis < info->rank; axis++) array.shape[axis + 1] = info->shape[axis];
  return array;
}

/* Random input of `frames` ticks of the model's time base, another for each seed, and room for the output. */
static inline sequence sequence_begin_seeded(const crnn_model *model, int64_t frames, unsigned seed) {
  sequence s = { model, crnn_model_port_count(model, CRNN_INPUT), crnn_model_port_count(model, CRNN_OUTPUT),
                 { { 0 } }, { { 0 } }, { 0 }, { 0 }, { 0 }, { 0 } };
  for (int i = 0; i < s.inputs; i++) {
    crnn_port_info *info = &s.input_info[i];
    info->struct_size = sizeof *info;
    CHECK_STATUS(CRNN_OK, crnn_model_port(model, CRNN_INPUT, i, info, NULL));
    s.input_frames[i] = info->per_sequence ? 1 : info->fixed_frames ? info->fixed_frames
                        : frames * info->rate_numerator / info->rate_denominator;
    size_t count = (size_t)(s.input_frames[i] * sequence_frame_size(info));
    s.input[i] = malloc(count * sizeof(float));
    checks_fill(s.input[i], count, seed + (unsigned)i);
  }
  for (int i = 0; i < s.outputs; i++) {
    crnn_port_info *info = &s.output_info[i];
    info->struct_size = sizeof *info;
    CHECK_STATUS(CRNN_OK, crnn_model_port(model, CRNN_OUTPUT, i, info, NULL));
    CHECK_STATUS(CRNN_OK, crnn_model_output_frames(model, i, s.input_frames, s.inputs, &s.output_frames[i], NULL));
    s.output[i] = calloc((size_t)(s.output_frames[i] * sequence_frame_size(info)) + 1, sizeof(float));
  }
  return s;
}

static inline sequence sequence_begin(const crnn_model *model, int64_t frames) {
  return sequence_begin_seeded(model, frames, 7u);
}

static inline void sequence_end(sequence *s) {
  for (int i = 0; i < s->inputs; i++) free(s->input[i]);
  for (int i = 0; i < s->outputs; i++) free(s->output[i]);
}

/* All at once, by crnn_run. */
static inline void sequence_run(sequence *s) {
  crnn_array in[SEQUENCE_PORTS], out[SEQUENCE_PORTS];
  crnn_error error = CRNN_ERROR_INITIALIZER;
  for (int i = 0; i < s->inputs; i++) in[i] = sequence_array(&s->input_info[i], s->input[i], s->input_frames[i]);
  for (int i = 0; i < s->outputs; i++) out[i] = sequence_array(&s->output_info[i], s->output[i], s->output_frames[i]);
  crnn_status status = crnn_run(s->model, in, s->inputs, out, s->outputs, &error);
  if (status) printf("  crnn_run: %s\n", error.message);
  CHECK(status == CRNN_OK);
}

/* Takes all that is ready at every output; `done` counts the frames so far. */
static inline void sequence_pull(sequence *s, crnn_stream *stream, int64_t *done) {
  for (int i = 0; i < s->outputs; i++) {
    int64_t size = sequence_frame_size(&s->output_info[i]), got = 1;
    while (got > 0 && done[i] < s->output_frames[i]) {
      crnn_array out = sequence_array(&s->output_info[i], s->output[i] + done[i] * size, s->output_frames[i] - done[i]);
      crnn_status status = crnn_stream_pull(s->model, stream, i, &out, &got, NULL);
      CHECK_STATUS(CRNN_OK, status);
      if (status) break;
      done[i] += got;
    }
  }
}

/* Pushes the inputs in turn, in pieces of `piece` frames (0: of 1 to the stream's chunk, at random), pulling in between. */
static inline void sequence_stream(sequence *s, crnn_stream *stream, int32_t chunk, int64_t piece) {
  int64_t pushed[SEQUENCE_PORTS] = { 0 }, done[SEQUENCE_PORTS] = { 0 };
  int finished[SEQUENCE_PORTS] = { 0 };
  unsigned random = 12345u;
  for (int round = 0, left = s->inputs; left > 0 && round < 100000; round++) {
    int i = round % s->inputs;
    if (finished[i]) continue;
    if (pushed[i] == s->input_frames[i]) {
      CHECK_STATUS(CRNN_OK, crnn_stream_finish(s->model, stream, i, NULL));
      finished[i] = 1;
      left--;
      continue;
    }
    random = random * 1664525u + 1013904223u;
    int64_t count = piece ? piece : 1 + (int64_t)(random >> 16) % chunk;
    if (count > s->input_frames[i] - pushed[i]) count = s->input_frames[i] - pushed[i];
    float *next = s->input[i] + pushed[i] * sequence_frame_size(&s->input_info[i]);
    crnn_array in = sequence_array(&s->input_info[i], next, count);
    crnn_status status = crnn_stream_push(s->model, stream, i, &in, NULL);
    if (status == CRNN_OK) pushed[i] += count;
    CHECK(status == CRNN_OK || status == CRNN_ERROR_OUTPUT_PENDING);
    sequence_pull(s, stream, done);
  }
  sequence_pull(s, stream, done);
  for (int i = 0; i < s->outputs; i++) CHECK(done[i] == s->output_frames[i]);
}

static inline crnn_stream_options sequence_options(const crnn_model *model, int32_t chunk) {
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  options.chunk = chunk;
  options.maximum_frames = crnn_model_is_bounded(model) ? SEQUENCE_FRAMES : 0;
  return options;
}

/* The same bits at every output. */
static inline int sequence_equal(const sequence *a, const sequence *b) {
  for (int i = 0; i < a->outputs; i++) {
    if (a->output_frames[i] != b->output_frames[i]) return 0;
    size_t bytes = (size_t)(a->output_frames[i] * sequence_frame_size(&a->output_info[i])) * sizeof(float);
    if (memcmp(a->output[i], b->output[i], bytes)) return 0;
  }
  return 1;
}

#endif
