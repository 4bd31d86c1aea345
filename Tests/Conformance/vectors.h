/* The vectors that vectors.c runs, as tools/cross/embed writes them from the files of a folder. */
#ifndef VECTORS_H
#define VECTORS_H

#include <stddef.h>
#include <stdint.h>

#ifndef VECTOR_PORTS /* of each kind, at most */
#define VECTOR_PORTS 32
#endif

typedef struct vector_input {
  const uint32_t *values; /* the bits of floats; of a port of indices too */
  size_t count;
} vector_input;

typedef struct vector_output {
  int64_t frames;
  uint32_t checksum; /* CRC-32C of the frames' bytes as little-endian floats */
} vector_output;

typedef struct vector {
  const char *name;
  const unsigned char *model; /* a packed file, aligned to CRNN_MEMORY_ALIGNMENT */
  size_t bytes;
  int32_t inputs, outputs;
  const vector_input *input;
  const vector_output *output;
} vector;

extern const vector vectors[];
extern const size_t vector_count;

#endif
