/* How the runtime finds the code of an operation: through the program's table of families (include/crnn_link.h) alone. */
#ifndef CRNN_LINKED_H
#define CRNN_LINKED_H

#include "../../../include/crnn_link.h"
#include "crnn_format.h"
#include "crnn_kernels.h"

/* What a family is asked. */
enum {
  CRNN_FAMILY_IS_VALID = 0,      /* not 0 where the node's record is */
  CRNN_FAMILY_SCRATCH_BYTES = 1, /* in a stream of chunk `count` */
  CRNN_FAMILY_STATE_BYTES = 2,
  CRNN_FAMILY_RESET = 3,
  CRNN_FAMILY_RUN = 4,           /* frames first..<first + count */
  CRNN_FAMILY_END = 5            /* the sequence has ended after `first` frames */
};

/* Where the family of an operation of the format stands in crnn_linked, in bytes; 0 where there is no such operation. */
static inline size_t crnn_family_place(ptrdiff_t operation) CRNN_NO_ALLOCATION {
#define CRNN_PLACE(family) offsetof(crnn_linked, family)
  static const uint8_t places[CRNN_OP_COUNT] = {
      [CRNN_OP_CONVOLUTION] = CRNN_PLACE(convolution),
      [CRNN_OP_DENSE] = CRNN_PLACE(dense),
      [CRNN_OP_DEPTHWISE] = CRNN_PLACE(depthwise),
      [CRNN_OP_POOL] = CRNN_PLACE(pool),
      [CRNN_OP_RECURRENT] = CRNN_PLACE(recurrent),
      [CRNN_OP_ACTIVATION] = CRNN_PLACE(pointwise),
      [CRNN_OP_AFFINE] = CRNN_PLACE(pointwise),
      [CRNN_OP_BINARY] = CRNN_PLACE(pointwise),
      [CRNN_OP_SOFTMAX] = CRNN_PLACE(pointwise),
      [CRNN_OP_CONCATENATE] = CRNN_PLACE(movement),
      [CRNN_OP_GATHER] = CRNN_PLACE(movement),
      [CRNN_OP_WINDOW] = CRNN_PLACE(movement),
      [CRNN_OP_REPEAT] = CRNN_PLACE(movement),
      [CRNN_OP_UNSTACK] = CRNN_PLACE(movement),
      [CRNN_OP_TIME_REDUCTION] = CRNN_PLACE(time_reduction),
      [CRNN_OP_FRAME_REDUCTION] = CRNN_PLACE(frame_reduction),
      [CRNN_OP_EMBEDDING] = CRNN_PLACE(embedding),
  };
#undef CRNN_PLACE
  return operation <= 0 || operation >= CRNN_OP_COUNT ? 0 : places[operation];
}

/* The family of an operation; NULL where it is not linked, or there is no such operation. */
static inline crnn_family *_Nullable crnn_linked_family(ptrdiff_t operation) CRNN_NO_ALLOCATION {
  const size_t place = crnn_family_place(operation);
  /* A program compiled with an older header has a shorter table. */
  if (place == 0 || place + sizeof(crnn_family *) > crnn_linked_families.struct_size) return NULL;
  return *(crnn_family *const *)((const char *)&crnn_linked_families + place);
}

#endif
