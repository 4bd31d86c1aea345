/* The table of a program that has none of its own. */
#include "crnn_linked.h"

__attribute__((weak)) const crnn_linked crnn_linked_families = {
    sizeof(crnn_linked),
    .convolution = crnn_family_convolution,
    .dense = crnn_family_dense,
    .depthwise = crnn_family_depthwise,
    .pool = crnn_family_pool,
    .recurrent = crnn_family_recurrent,
    .pointwise = crnn_family_pointwise,
    .movement = crnn_family_movement,
    .time_reduction = crnn_family_time_reduction,
    .frame_reduction = crnn_family_frame_reduction,
    .embedding = crnn_family_embedding,
};
