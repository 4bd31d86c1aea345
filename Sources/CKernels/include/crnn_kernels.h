/* The boundary between the runtime and the kernel modules: one table of C function pointers per instruction set.
 *
 * Only C symbols cross it, so the Swift optimiser can never move a kernel's body into a module that is compiled for
 * another instruction set. Every kernel has an exact meaning (docs/numerics.md); KernelsReference implements it in
 * plain scalar Swift, and every other module must give the same bits. Buffers need no alignment beyond their elements'.
 */
#ifndef CRNN_KERNELS_H
#define CRNN_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* The attribute lets allocation-free Swift call what the compiler cannot look into. */
#if defined(__clang__) && defined(__has_attribute)
#if __has_attribute(swift_attr)
#define CRNN_NO_ALLOCATION __attribute__((swift_attr("@_noAllocation")))
#endif
#endif
#ifndef CRNN_NO_ALLOCATION
#define CRNN_NO_ALLOCATION
#endif

/* value = (code - zero_point) * scale. */
typedef struct crnn_quantization {
  float scale, inverse_scale;
  int32_t zero_point, minimum, maximum;
} crnn_quantization;

/* kind: CRNN_ACTIVATION_* of crnn_format.h; slopes: per channel, PRelu only. */
typedef struct crnn_activation {
  int32_t kind;
  float alpha, beta;
  const float *_Nullable slopes;
} crnn_activation;

/* One step of gates of `units` units. All arrays [gate][units] or [units]. */
typedef struct crnn_recurrent_step {
  ptrdiff_t units;
  crnn_activation gate, cell, output;
  float clip;                          /* 0: none */
  const float *_Nonnull input;         /* W x + b, per gate */
  float *_Nonnull hidden;              /* R h, per gate; a GRU with reset before: only z and r. A kernel may write to it */
  const float *_Nullable candidate;    /* GRU with reset before: R (r h); */
  const float *_Nullable peephole;     /* LSTM: [3][units] or NULL */
  float *_Nonnull h;                   /* [units], in and out */
  float *_Nonnull c;                   /* [units], in and out; LSTM. GRU with reset before: scratch that keeps z */
} crnn_recurrent_step;

/* The four parts of Winograd's convolution F(4 x 4, 3 x 3), over two axes a and b (docs/numerics.md: the same sums, to the bit, as those of
 * multiply_u8 where none leaves -2^25..2^25 - 1). Its 36 points are counted as 6 * i + j, i along a and j along b; sums wrap. */
enum { CRNN_WINOGRAD_SPARE_ROWS = 3, CRNN_PAIRS_SPARE_WEIGHTS = 48 };
typedef struct crnn_winograd {
  /* values[(6 * i + j) * stride + c] = sum over k, l of B[i][k] B[j][l] x[6 * k + l][c], for c < channels, a multiple of 16. */
  void (*_Nonnull input)(const uint8_t *_Nonnull const *_Nonnull x, ptrdiff_t channels, int16_t *_Nonnull values,
                         ptrdiff_t stride);
  /* Points 6 * i + j of one panel, for j < 6 and two i: 0 and 5, 1 and 2, 3 and 4 of pair 0, 1, 2. u[32 * groups * (6 * which + j) + r] = sum over
   * k, l of G[i][k] G[j][l] weights[(3 * k + l) * tap_stride + r], for r < 32 * groups. */
  void (*_Nonnull weights)(const int8_t *_Nonnull weights, ptrdiff_t tap_stride, ptrdiff_t groups, int32_t pair,
                           int16_t *_Nonnull u);
  /* sums[j * sums_point + m * sums_stride + r] = (add: += ) sum over k of u[32 * groups * j + 32 * (k / 4) + 4 * r + k % 4] *
   * values[j * values_point + m * values_stride + k], for j < 6, m < count, r < 8, k < 4 * groups. add: 0 or -1. Up to CRNN_WINOGRAD_SPARE_ROWS
   * rows of values more are read, and as many rows of sums written. */
  void (*_Nonnull multiply)(const int16_t *_Nonnull values, ptrdiff_t values_point, ptrdiff_t values_stride, ptrdiff_t count,
                            const int16_t *_Nonnull u, ptrdiff_t groups, int32_t *_Nonnull sums, ptrdiff_t sums_point,
                            ptrdiff_t sums_stride, int32_t add);
  /* accumulators[i * a_stride + j * b_stride + r] = initial[r], or without it what stands there, + (sum over k, l of A[i][k] A[j][l] sums[(6 * k + l) * point + r]) / 576, for
   * i, j < 4 and r < 8. Writes to sums. */
  void (*_Nonnull output)(int32_t *_Nonnull sums, ptrdiff_t point, const int32_t *_Nullable initial,
                          int32_t *_Nonnull accumulators, ptrdiff_t a_stride, ptrdiff_t b_stride);
} crnn_winograd;

typedef struct crnn_kernels {
  const char *_Nonnull name;

  /* accumulators[m * accumulator_stride + r] = initial[r] + sum over t and k of weights[r][4 * groups * t + k] * x[t * count + m][k], in
   * int32 that wraps, for m < count, r < 8 * panels, t < taps, k < 4 * groups. weights: [panel][tap][group][8][4], panels lie
   * panel_stride bytes apart (more than 32 * groups * taps where the sum is one of several segments). Where it is negative, they lie as where
   * it is not, and a count of 1 takes the last ones first: weights that the last call has left in a cache. x of _u7 is 0..127.
   * Four codes of x at a time are read, up to 4 * groups. weights lie on a multiple of four bytes. */
  void (*_Nonnull multiply_s16)(const int16_t *_Nonnull const *_Nonnull x, ptrdiff_t taps, ptrdiff_t count,
                                const int8_t *_Nonnull weights, const int32_t *_Nonnull initial, ptrdiff_t groups,
                                ptrdiff_t panels, ptrdiff_t panel_stride, int32_t *_Nonnull accumulators,
                                ptrdiff_t accumulator_stride);
  void (*_Nonnull multiply_u8)(const uint8_t *_Nonnull const *_Nonnull x, ptrdiff_t taps, ptrdiff_t count,
                               const int8_t *_Nonnull weights, const int32_t *_Nonnull initial, ptrdiff_t groups,
                               ptrdiff_t panels, ptrdiff_t panel_stride, int32_t *_Nonnull accumulators,
                               ptrdiff_t accumulator_stride);
  void (*_Nonnull multiply_u7)(const uint8_t *_Nonnull const *_Nonnull x, ptrdiff_t taps, ptrdiff_t count,
                               const int8_t *_Nonnull weights, const int32_t *_Nonnull initial, ptrdiff_t groups,
                               ptrdiff_t panels, ptrdiff_t panel_stride, int32_t *_Nonnull accumulators,
                               ptrdiff_t accumulator_stride);
  /* accumulators[m * channels + c] = initial[c] + sum over t of weights[t * channels + c] * x[t * count + m][c], for m < count, t < taps,
   * c < channels, a multiple of 16: so many codes of x are read. */
  void (*_Nonnull depthwise_s16)(const int16_t *_Nonnull const *_Nonnull x, ptrdiff_t taps, ptrdiff_t count,
                                 const int8_t *_Nonnull weights, const int32_t *_Nonnull initial, ptrdiff_t channels,
                                 int32_t *_Nonnull accumulators);
  void (*_Nonnull depthwise_u8)(const uint8_t *_Nonnull const *_Nonnull x, ptrdiff_t taps, ptrdiff_t count,
                                const int8_t *_Nonnull weights, const int32_t *_Nonnull initial, ptrdiff_t channels,
                                int32_t *_Nonnull accumulators);

  /* y[m * columns + r] = float(accumulators[m * columns + r]) * scale[r] + shift[r], three roundings. columns is a multiple
   * of 8; y may be the memory of the accumulators. */
  void (*_Nonnull rescale)(const int32_t *_Nonnull accumulators, const float *_Nonnull scale, const float *_Nonnull shift,
                           float *_Nonnull y, ptrdiff_t rows, ptrdiff_t columns);
  /* y[m * y_stride + r] = what copy_normal gives of rescale's value, of slope times it below 0, for r < count (at most columns). */
  void (*_Nonnull rescale_leaky)(const int32_t *_Nonnull accumulators, const float *_Nonnull scale,
                                 const float *_Nonnull shift, float slope, float *_Nonnull y, ptrdiff_t rows,
                                 ptrdiff_t columns, ptrdiff_t count, ptrdiff_t y_stride);
  /* y[m * y_stride + r] = the code that quantize_u8 or _s16 gives of rescale's value, for r < count (at most columns). */
  void (*_Nonnull requantize_u8)(const int32_t *_Nonnull accumulators, const float *_Nonnull scale,
                                 const float *_Nonnull shift, const crnn_quantization *_Nonnull q, uint8_t *_Nonnull y,
                                 ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t count, ptrdiff_t y_stride);
  void (*_Nonnull requantize_s16)(const int32_t *_Nonnull accumulators, const float *_Nonnull scale,
                                  const float *_Nonnull shift, const crnn_quantization *_Nonnull q, int16_t *_Nonnull y,
                                  ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t count, ptrdiff_t y_stride);
  /* y = float(accumulator), and y += float(accumulator). */
  void (*_Nonnull convert)(const int32_t *_Nonnull accumulators, float *_Nonnull y, ptrdiff_t count);
  void (*_Nonnull convert_add)(const int32_t *_Nonnull accumulators, float *_Nonnull y, ptrdiff_t count);
  /* y = x * scale + shift, element by element, two roundings. x and y may be the same. */
  void (*_Nonnull multiply_add)(const float *_Nonnull x, const float *_Nonnull scale, const float *_Nonnull shift,
                                float *_Nonnull y, ptrdiff_t count);
  /* y = f(y). PRelu: slopes[i] for y[i]. */
  void (*_Nonnull activate)(const crnn_activation *_Nonnull activation, float *_Nonnull y, ptrdiff_t count);

  void (*_Nonnull quantize_u8)(const float *_Nonnull x, const crnn_quantization *_Nonnull q, uint8_t *_Nonnull y,
                               ptrdiff_t count);
  void (*_Nonnull quantize_s16)(const float *_Nonnull x, const crnn_quantization *_Nonnull q, int16_t *_Nonnull y,
                                ptrdiff_t count);
  void (*_Nonnull dequantize_u8)(const uint8_t *_Nonnull x, const crnn_quantization *_Nonnull q, float *_Nonnull y,
                                 ptrdiff_t count);
  void (*_Nonnull dequantize_s16)(const int16_t *_Nonnull x, const crnn_quantization *_Nonnull q, float *_Nonnull y,
                                  ptrdiff_t count);

  /* y = x, but for subnormal numbers, which become 0 of their sign: some processors and programs never see them. */
  void (*_Nonnull copy_normal)(const float *_Nonnull x, float *_Nonnull y, ptrdiff_t count);

  /* y = a > b ? a : b, over `count` elements of each of `rows` rows, whose strides are in elements. y may be a or b. */
  void (*_Nonnull maximum_u8)(const uint8_t *_Nonnull a, ptrdiff_t a_stride, const uint8_t *_Nonnull b, ptrdiff_t b_stride,
                              uint8_t *_Nonnull y, ptrdiff_t y_stride, ptrdiff_t rows, ptrdiff_t count);
  void (*_Nonnull maximum_s16)(const int16_t *_Nonnull a, ptrdiff_t a_stride, const int16_t *_Nonnull b, ptrdiff_t b_stride,
                               int16_t *_Nonnull y, ptrdiff_t y_stride, ptrdiff_t rows, ptrdiff_t count);
  void (*_Nonnull maximum_f32)(const float *_Nonnull a, ptrdiff_t a_stride, const float *_Nonnull b, ptrdiff_t b_stride,
                               float *_Nonnull y, ptrdiff_t y_stride, ptrdiff_t rows, ptrdiff_t count);

  /* y = a op b, element by element; operation: CRNN_BINARY_* of crnn_format.h. y may be a or b. */
  void (*_Nonnull combine)(int32_t operation, const float *_Nonnull a, const float *_Nonnull b, float *_Nonnull y,
                           ptrdiff_t count);

  /* In place over `count` values. */
  void (*_Nonnull softmax)(float *_Nonnull y, ptrdiff_t count, int32_t logarithm);

  /* One step; docs/numerics.md has the formulas. lstm: input, hidden [i o f c]. gru_after (reset after): input [z r h],
   * hidden [z r h], hidden's h rows with their bias. gru_gates and gru_candidate are the two halves of a GRU with reset
   * before: gates leaves z in c and r * h in `reset_hidden`; candidate finishes. simple: one gate, whose activation is
   * `cell`. A PRelu among the activations has its slope in alpha. */
  void (*_Nonnull lstm)(const crnn_recurrent_step *_Nonnull step);
  void (*_Nonnull gru_after)(const crnn_recurrent_step *_Nonnull step);
  void (*_Nonnull gru_gates)(const crnn_recurrent_step *_Nonnull step, float *_Nonnull reset_hidden);
  void (*_Nonnull gru_candidate)(const crnn_recurrent_step *_Nonnull step);
  void (*_Nonnull simple)(const crnn_recurrent_step *_Nonnull step);

  const crnn_winograd *_Nullable winograd; /* NULL: not there */

  /* accumulators[m * rows + r] = initial[r] + sum over p and k < 2 of weights[(p * rows + r) * 2 + k] * codes[m * step + offsets[p] + k], in
   * int32 that wraps, for m < count, r < rows, a multiple of 8, p < pairs. CRNN_PAIRS_SPARE_WEIGHTS weights more are read. NULL: not there. */
  void (*_Nullable multiply_pairs)(const int16_t *_Nonnull codes, const int32_t *_Nonnull offsets, ptrdiff_t pairs,
                                   ptrdiff_t step, ptrdiff_t count, const int16_t *_Nonnull weights,
                                   const int32_t *_Nonnull initial, ptrdiff_t rows, int32_t *_Nonnull accumulators);
} crnn_kernels;

/* The kernels by name, for what must be said of each: sums of products; what follows them; what goes element by element; steps. */
#define CRNN_SUMS(each, set) each(set, multiply_s16) each(set, multiply_u8) each(set, multiply_u7)
#define CRNN_AFTER_SUMS(each, set)                                                                                   \
  each(set, depthwise_s16) each(set, depthwise_u8) each(set, rescale) each(set, rescale_leaky)                       \
  each(set, requantize_u8) each(set, requantize_s16) each(set, convert) each(set, convert_add) each(set, multiply_add)
#define CRNN_POINTWISE(each, set)                                                                                    \
  each(set, activate) each(set, quantize_u8) each(set, quantize_s16) each(set, dequantize_u8)                        \
  each(set, dequantize_s16) each(set, copy_normal) each(set, maximum_u8) each(set, maximum_s16) each(set, maximum_f32) each(set, combine)   \
  each(set, softmax)
#define CRNN_STEPS(each, set)                                                                                        \
  each(set, lstm) each(set, gru_after) each(set, gru_gates) each(set, gru_candidate) each(set, simple)

/* With CRNN_KERNEL_OFFSETS a crnn_kernels is, behind its pointer, this: how far each kernel lies from the table, in 32 bits, 0 for none. A
 * shared library's table of addresses takes 32 bytes for each, with what the dynamic linker needs to know. Sources/CLinked/kernels.c. */
#ifdef CRNN_KERNEL_OFFSETS
#define CRNN_OFFSET(set, name) int32_t name;
typedef struct crnn_kernel_offsets {
  int32_t name;
  CRNN_SUMS(CRNN_OFFSET, )
  CRNN_AFTER_SUMS(CRNN_OFFSET, )
  CRNN_POINTWISE(CRNN_OFFSET, )
  CRNN_STEPS(CRNN_OFFSET, )
  int32_t winograd, multiply_pairs;
} crnn_kernel_offsets;
#undef CRNN_OFFSET
static inline uintptr_t crnn_at_offset(const crnn_kernels *_Nonnull kernels, int32_t offset) {
  return offset ? (uintptr_t)kernels + (uintptr_t)(intptr_t)offset : 0;
}
#define CRNN_MEMBER(kernels, name) \
  ((__typeof__(kernels->name))crnn_at_offset(kernels, ((const crnn_kernel_offsets *)(const void *)kernels)->name))
/* What every set has: no look for 0. */
#define CRNN_SURE_MEMBER(kernels, name)                                                                              \
  ((__typeof__(kernels->name))((uintptr_t)kernels +                                                                  \
                               (uintptr_t)(intptr_t)((const crnn_kernel_offsets *)(const void *)kernels)->name))
#else
#define CRNN_MEMBER(kernels, name) (kernels->name)
#define CRNN_SURE_MEMBER(kernels, name) (kernels->name)
#endif

/* crnn_use_lstm(kernels): the kernel `lstm` of a set. Where all sets of a build share what is no sum of products (CRNN_SHARED_KERNELS:
 * microcontrollers), it is known by name and stands in no table, so that a program which never runs it is linked without it. */
#define CRNN_USE(set, name)                                                                                         \
  static inline __typeof__(*((const crnn_kernels *)0)->name) *_Nonnull crnn_use_##name(                            \
      const crnn_kernels *_Nonnull kernels) CRNN_NO_ALLOCATION {                                                    \
    return CRNN_SURE_MEMBER(kernels, name);                                                                         \
  }
CRNN_SUMS(CRNN_USE, )
#ifdef CRNN_SHARED_KERNELS
#undef CRNN_USE
#define CRNN_USE(set, name)                                                                                         \
  extern __typeof__(*((const crnn_kernels *)0)->name) crnn_reference_##name CRNN_NO_ALLOCATION                      \
      __attribute__((visibility("hidden"))); /* no table of addresses, which linker scripts seldom place */         \
  static inline __typeof__(*((const crnn_kernels *)0)->name) *_Nonnull crnn_use_##name(                            \
      const crnn_kernels *_Nonnull kernels) CRNN_NO_ALLOCATION {                                                    \
    return (void)kernels, crnn_reference_##name;                                                                    \
  }
#endif
CRNN_AFTER_SUMS(CRNN_USE, )
CRNN_POINTWISE(CRNN_USE, )
CRNN_STEPS(CRNN_USE, )
#undef CRNN_USE
static inline const char *_Nonnull crnn_use_name(const crnn_kernels *_Nonnull kernels) CRNN_NO_ALLOCATION {
  return CRNN_SURE_MEMBER(kernels, name);
}
static inline const crnn_winograd *_Nullable crnn_use_winograd(const crnn_kernels *_Nonnull kernels) CRNN_NO_ALLOCATION {
  return CRNN_MEMBER(kernels, winograd);
}
static inline __typeof__(*((const crnn_kernels *)0)->multiply_pairs) *_Nullable crnn_use_multiply_pairs(
    const crnn_kernels *_Nonnull kernels) CRNN_NO_ALLOCATION {
  return CRNN_MEMBER(kernels, multiply_pairs);
}

/* One per module. A table lives as long as the program. The sets of a build are those of its architecture, after the reference, best last. */
const crnn_kernels *_Nonnull crnn_kernels_reference(void) CRNN_NO_ALLOCATION;
#if defined(__x86_64__)
const crnn_kernels *_Nonnull crnn_kernels_baseline(void) CRNN_NO_ALLOCATION; /* SSE4.1 */
const crnn_kernels *_Nonnull crnn_kernels_avx2(void) CRNN_NO_ALLOCATION;
const crnn_kernels *_Nonnull crnn_kernels_avxvnni(void) CRNN_NO_ALLOCATION;
const crnn_kernels *_Nonnull crnn_kernels_avx512vnni(void) CRNN_NO_ALLOCATION;
#elif defined(__aarch64__)
const crnn_kernels *_Nonnull crnn_kernels_neon(void) CRNN_NO_ALLOCATION; /* every processor of the architecture */
const crnn_kernels *_Nonnull crnn_kernels_dotprod(void) CRNN_NO_ALLOCATION;
const crnn_kernels *_Nonnull crnn_kernels_i8mm(void) CRNN_NO_ALLOCATION;
#elif defined(__wasm_simd128__)
const crnn_kernels *_Nonnull crnn_kernels_simd128(void) CRNN_NO_ALLOCATION;
#elif defined(__ARM_FEATURE_MVE)
const crnn_kernels *_Nonnull crnn_kernels_helium(void) CRNN_NO_ALLOCATION; /* Cortex-M55 and later */
#elif defined(__ARM_FEATURE_DSP)
const crnn_kernels *_Nonnull crnn_kernels_dsp(void) CRNN_NO_ALLOCATION; /* Cortex-M4 and later, but for M23 */
#else
const crnn_kernels *_Nonnull crnn_kernels_scalar(void) CRNN_NO_ALLOCATION;
#endif

#endif
