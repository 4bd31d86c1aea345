/* The tables of kernels of x86-64's shared and static library: how far each kernel lies from its table (crnn_kernels.h). The difference of two
 * addresses is a constant for the linker, but not for C.
 *
 * Which set takes which kernels from another one, Package.swift says. */
#include "crnn_kernels.h"

#ifdef CRNN_KERNEL_OFFSETS

#define DISTANCE(set, name) ".long crnn_" #set "_" #name " - 0b\n"
#define NONE ".long 0\n"
/* `others`: the set of all but the sums of products. */
#define TABLE(set, others, winograd, pairs)                                                                         \
  __asm__(".section .rodata.crnn_offsets_" #set ",\"a\",@progbits\n"                                               \
          ".p2align 2\n"                                                                                            \
          ".globl crnn_offsets_" #set "\n"                                                                          \
          ".hidden crnn_offsets_" #set "\n"                                                                         \
          "crnn_offsets_" #set ":\n"                                                                                \
          "0: .long 1f - 0b\n"                                                                                      \
          CRNN_SUMS(DISTANCE, set) CRNN_AFTER_SUMS(DISTANCE, others) CRNN_POINTWISE(DISTANCE, others)               \
          CRNN_STEPS(DISTANCE, others) winograd pairs                                                               \
          "1: .asciz \"" #set "\"\n"                                                                                \
          ".text\n")

TABLE(reference, reference, NONE, NONE);
TABLE(baseline, baseline, NONE, NONE);
TABLE(avx2, avx2, DISTANCE(avx2, winograd), DISTANCE(avx2, multiply_pairs));
TABLE(avxvnni, avx2, NONE, DISTANCE(avx2, multiply_pairs));
TABLE(avx512vnni, avx512vnni, NONE, DISTANCE(avx512vnni, multiply_pairs));

#define WINOGRAD(name)                                                       \
  extern __typeof__(*((const crnn_winograd *)0)->name) crnn_avx2_winograd_##name \
      __attribute__((visibility("hidden")))
WINOGRAD(input);
WINOGRAD(weights);
WINOGRAD(multiply);
WINOGRAD(output);
__attribute__((used, visibility("hidden"))) const crnn_winograd crnn_avx2_winograd = {
    .input = crnn_avx2_winograd_input,
    .weights = crnn_avx2_winograd_weights,
    .multiply = crnn_avx2_winograd_multiply,
    .output = crnn_avx2_winograd_output,
};

#endif
