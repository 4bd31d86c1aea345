/* Streams that must give, frame by frame, what a whole run of the same input gave: one input port, one output port. */
#ifndef FOLLOWING_H
#define FOLLOWING_H

#include "sequences.h"

enum { FOLLOWING_LARGEST_FRAME = 64 }; /* elements of an output frame */

/* Inputs and what they give, each from another seed. */
typedef struct expectations {
  sequence *all;
  int count;
} expectations;

static inline unsigned expectation_seed(int number) { return 100u * (unsigned)number + 7u; }

static inline expectations expectations_begin(const crnn_model *model, int count, int64_t frames) {
  expectations e = { calloc((size_t)count, sizeof(sequence)), count };
  for (int i = 0; i < count; i++) {
    e.all[i] = sequence_begin_seeded(model, frames, expectation_seed(i));
    sequence_run(&e.all[i]);
  }
  return e;
}

static inline void expectations_end(expectations *e) {
  for (int i = 0; i < e->count; i++) sequence_end(&e->all[i]);
  free(e->all);
}

typedef struct follower {
  crnn_stream *stream;
  int64_t pushed, given;
} follower;

/* Compares all that is ready; 1 where it is not what was expected. Touches nothing but the stream and its own stack. */
static inline int follower_pull(follower *f, const sequence *expected) {
  float frame[FOLLOWING_LARGEST_FRAME];
  const int64_t size = sequence_frame_size(&expected->output_info[0]);
  if (size > FOLLOWING_LARGEST_FRAME) return 1;
  for (;;) {
    int64_t got = 0;
    crnn_array out = sequence_array(&expected->output_info[0], frame, 1);
    if (crnn_stream_pull(expected->model, f->stream, 0, &out, &got, NULL)) return 1;
    if (got == 0) return 0;
    if (f->given == expected->output_frames[0]) return 1;
    if (memcmp(frame, expected->output[0] + f->given * size, (size_t)size * sizeof(float))) return 1;
    f->given++;
  }
}

/* Pushes up to `count` frames more, and ends the sequence after the last; 1 where something went wrong. */
static inline int follower_push(follower *f, const sequence *expected, int64_t count) {
  if (count > expected->input_frames[0] - f->pushed) count = expected->input_frames[0] - f->pushed;
  float *next = expected->input[0] + f->pushed * sequence_frame_size(&expected->input_info[0]);
  crnn_array in = sequence_array(&expected->input_info[0], next, count);
  if (crnn_stream_push(expected->model, f->stream, 0, &in, NULL)) return 1;
  f->pushed += count;
  if (follower_pull(f, expected)) return 1;
  if (f->pushed < expected->input_frames[0]) return 0;
  if (crnn_stream_finish(expected->model, f->stream, 0, NULL)) return 1;
  return follower_pull(f, expected) || f->given != expected->output_frames[0];
}

#endif
