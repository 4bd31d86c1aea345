/* crnn: which operations a program links. For programs with the static library, libcrnn.a; the shared one holds all of them.
 *
 * The code of the operations comes in families, each behind one symbol. A program that says nothing links all. One that names
 * those of its model, in one C file, links these alone, where its linker drops what nothing uses (--gc-sections):
 *
 *     #include <crnn_link.h>
 *
 *     const crnn_linked crnn_linked_families = {
 *       .struct_size = sizeof(crnn_linked),
 *       .convolution = crnn_family_convolution,
 *       .pool = crnn_family_pool,
 *       .dense = crnn_family_dense,
 *     };
 *
 * `crnn inspect MODEL.crnn --ops` prints these lines for a model, and the bytes of each family on a Cortex-M4F.
 *
 * A model with a node of a family that is not there is refused with CRNN_ERROR_NOT_LINKED and a sentence that names the node and
 * its operation, by crnn_file_requirements, crnn_model_init and crnn_model_open. A program that calls crnn_batch_run has the code
 * of recurrent layers whatever it names.
 */
#ifndef CRNN_LINK_H
#define CRNN_LINK_H

#include "crnn.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define CRNN_LINKED __attribute__((visibility("hidden")))
#else
#define CRNN_LINKED
#endif

/* Called by the runtime alone. */
typedef ptrdiff_t crnn_family(int32_t request, const void *node, const void *execution, void *state, int64_t first,
                              ptrdiff_t count);

CRNN_LINKED crnn_family crnn_family_convolution;     /* over time, height and width */
CRNN_LINKED crnn_family crnn_family_dense;           /* whole frames times a matrix */
CRNN_LINKED crnn_family crnn_family_depthwise;       /* convolution with one filter for each channel */
CRNN_LINKED crnn_family crnn_family_pool;            /* maximum, average and p-norm of windows */
CRNN_LINKED crnn_family crnn_family_recurrent;       /* LSTM, GRU, simple recurrent layers */
CRNN_LINKED crnn_family crnn_family_pointwise;       /* activation, affine, binary, softmax */
CRNN_LINKED crnn_family crnn_family_movement;        /* concatenate, gather, window, repeat, unstack */
CRNN_LINKED crnn_family crnn_family_time_reduction;  /* one frame at the end: last, first, mean, maximum, minimum, sum */
CRNN_LINKED crnn_family crnn_family_frame_reduction; /* the same over axes of each frame */
CRNN_LINKED crnn_family crnn_family_embedding;       /* rows of a table by index */

/* A family that is NULL is not there. */
typedef struct crnn_linked {
  size_t struct_size; /* sizeof(crnn_linked) */
  crnn_family *convolution;
  crnn_family *dense;
  crnn_family *depthwise;
  crnn_family *pool;
  crnn_family *recurrent;
  crnn_family *pointwise;
  crnn_family *movement;
  crnn_family *time_reduction;
  crnn_family *frame_reduction;
  crnn_family *embedding;
} crnn_linked;

/* The program's own, or the library's, with all of them. Since 0.1. */
extern CRNN_LINKED const crnn_linked crnn_linked_families;

#ifdef __cplusplus
}
#endif
#endif
