/* Bulk writes. The compiler knows the builtin everywhere; a build without an operating system brings memset itself, which Swift
 * needs anyway. */
#ifndef CRNN_MEMORY_H
#define CRNN_MEMORY_H

#include <stddef.h>

static inline void crnn_fill(void *_Nonnull memory, unsigned char byte, size_t bytes) { __builtin_memset(memory, byte, bytes); }

#endif
