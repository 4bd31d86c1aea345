/* Sequences of many lengths as the items of one batch. */
#ifndef BATCHES_H
#define BATCHES_H

#include "executor.h"
#include "sequences.h"

enum { BATCH_ITEMS = 21, BATCH_LONGEST = 61 };

typedef struct batch {
  const crnn_model *model;
  sequence expected[BATCH_ITEMS], given[BATCH_ITEMS]; /* by crnn_run, and by the batch */
  crnn_array in[BATCH_ITEMS][SEQUENCE_PORTS], out[BATCH_ITEMS][SEQUENCE_PORTS];
  crnn_batch_item items[BATCH_ITEMS];
} batch;

/* Lengths in no order, some of them equal. */
static inline int64_t batch_frames(int item) { return 8 + item * 37 % 11 * (BATCH_LONGEST - 8) / 10; }

/* Outputs as if nothing had been written, and statuses that no call gives. */
static inline void batch_clear(batch *b) {
  for (int i = 0; i < BATCH_ITEMS; i++) {
    b->items[i].status = b->items[i].order = -1;
    for (int port = 0; port < b->given[i].outputs; port++) {
      const size_t values = (size_t)(b->given[i].output_frames[port] * sequence_frame_size(&b->given[i].output_info[port]));
      memset(b->given[i].output[port], 0xA5, values * sizeof(float));
    }
  }
}

static inline batch *batch_begin(const crnn_model *model) {
  batch *b = calloc(1, sizeof *b);
  b->model = model;
  for (int i = 0; i < BATCH_ITEMS; i++) {
    sequence *s = &b->given[i];
    b->expected[i] = sequence_begin_seeded(model, batch_frames(i), (unsigned)i);
    sequence_run(&b->expected[i]);
    *s = sequence_begin_seeded(model, batch_frames(i), (unsigned)i);
    for (int port = 0; port < s->inputs; port++)
      b->in[i][port] = sequence_array(&s->input_info[port], s->input[port], s->input_frames[port]);
    for (int port = 0; port < s->outputs; port++)
      b->out[i][port] = sequence_array(&s->output_info[port], s->output[port], s->output_frames[port]);
    b->items[i] = (crnn_batch_item){ sizeof(crnn_batch_item), b->in[i], b->out[i], s->inputs, s->outputs, 0, 0 };
  }
  batch_clear(b);
  return b;
}

static inline void batch_end(batch *b) {
  for (int i = 0; i < BATCH_ITEMS; i++) {
    sequence_end(&b->expected[i]);
    sequence_end(&b->given[i]);
  }
  free(b);
}

/* The item has what the sequence gives alone. */
static inline int batch_item_holds(const batch *b, int i) {
  return b->items[i].status == CRNN_OK && sequence_equal(&b->expected[i], &b->given[i]);
}

/* Nothing was written to the item's outputs since batch_clear. */
static inline int batch_item_untouched(const batch *b, int i) {
  for (int port = 0; port < b->given[i].outputs; port++) {
    const unsigned char *bytes = (const unsigned char *)b->given[i].output[port];
    const size_t values = (size_t)(b->given[i].output_frames[port] * sequence_frame_size(&b->given[i].output_info[port]));
    for (size_t k = 0; k < values * sizeof(float); k++)
      if (bytes[k] != 0xA5) return 0;
  }
  return 1;
}

#endif
