/* What Swift's SIMD types cannot express well, as inline functions: here vectors of one size for every instruction set, and the
 * multiplications of pairs that the matrix kernels live on; crnn_lanes.h has what pointwise kernels need.
 *
 * Swift sees each vector type as the SIMD type of the same lanes (crnn_i32x8 is SIMD8<Int32>). The functions hold for
 * every instruction set; where one has an instruction of its own, the choice is made here, by the features that the
 * importing module is compiled with.
 */
#ifndef CRNN_SIMD_H
#define CRNN_SIMD_H

#include <stddef.h>
#include <stdint.h>

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* Everything here is inlined: how a wide vector would be passed to a function never matters. */
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"
#endif

#define CRNN_INLINE static inline __attribute__((always_inline, unused))

typedef int32_t crnn_i32x8 __attribute__((vector_size(32)));
typedef int32_t crnn_i32x16 __attribute__((vector_size(64)));
typedef int16_t crnn_i16x8 __attribute__((vector_size(16)));
typedef int16_t crnn_i16x16 __attribute__((vector_size(32)));
typedef int16_t crnn_i16x32 __attribute__((vector_size(64)));
typedef int8_t crnn_i8x16 __attribute__((vector_size(16)));
typedef int8_t crnn_i8x32 __attribute__((vector_size(32)));
typedef int8_t crnn_i8x64 __attribute__((vector_size(64)));
typedef uint8_t crnn_u8x16 __attribute__((vector_size(16)));

/* ---- One value in every lane. ---- */

CRNN_INLINE crnn_i32x8 crnn_all_i32x8(int32_t x) {
  typedef int32_t splat __attribute__((ext_vector_type(8)));
  return (crnn_i32x8)(splat)(x);
}

/* ---- Loads and stores. ---- */

#define CRNN_LOAD(vector, element)                                                        \
  CRNN_INLINE crnn_##vector crnn_load_##vector(const element *_Nonnull p) {               \
    crnn_##vector v;                                                                      \
    __builtin_memcpy(&v, p, sizeof v);                                                    \
    return v;                                                                             \
  }                                                                                       \
  CRNN_INLINE void crnn_store_##vector(element *_Nonnull p, crnn_##vector v) {            \
    __builtin_memcpy(p, &v, sizeof v);                                                    \
  }
CRNN_LOAD(i32x8, int32_t)
CRNN_LOAD(i32x16, int32_t)
CRNN_LOAD(i16x16, int16_t)
CRNN_LOAD(i16x32, int16_t)
CRNN_LOAD(i8x16, int8_t)
CRNN_LOAD(i8x32, int8_t)
CRNN_LOAD(i8x64, int8_t)
CRNN_LOAD(u8x16, uint8_t)

/* What will be read soon; never an access to memory that is not there. */
CRNN_INLINE void crnn_prefetch(const void *_Nonnull p) { __builtin_prefetch(p); }

/* ---- Codes, sixteen at a time. ---- */

CRNN_INLINE crnn_i16x16 crnn_widen_u8x16(crnn_u8x16 v) { return __builtin_convertvector(v, crnn_i16x16); }
/* a > b ? a : b */
CRNN_INLINE crnn_i16x16 crnn_maximum_i16x16(crnn_i16x16 a, crnn_i16x16 b) {
  crnn_i16x16 mask = a > b;
  return (mask & a) | (~mask & b);
}
CRNN_INLINE crnn_u8x16 crnn_maximum_u8x16(crnn_u8x16 a, crnn_u8x16 b) {
  crnn_u8x16 mask = (crnn_u8x16)(a > b);
  return (mask & a) | (~mask & b);
}

/* What is left of fewer than sixteen: loops that stay small. */
#define CRNN_REST _Pragma("clang loop vectorize(disable) unroll(disable)") for (ptrdiff_t i = 0; i < count; i++)

CRNN_INLINE void crnn_maximum_rest_u8(const uint8_t *_Nonnull a, const uint8_t *_Nonnull b, uint8_t *_Nonnull y,
                                      ptrdiff_t count) {
  CRNN_REST y[i] = a[i] > b[i] ? a[i] : b[i];
}
CRNN_INLINE void crnn_maximum_rest_s16(const int16_t *_Nonnull a, const int16_t *_Nonnull b, int16_t *_Nonnull y,
                                       ptrdiff_t count) {
  CRNN_REST y[i] = a[i] > b[i] ? a[i] : b[i];
}

/* ---- Sums of products over one group of weights: 8 rows of 4 consecutive inputs, [row][input]. ----
 *
 * Each operand type has: the weights of a group, prepared; four inputs, repeated for every row; sums, as partial sums
 * of each row; multiply_add, which adds the products of one group; and total, which gives the 8 rows in order. */

CRNN_INLINE crnn_i16x16 crnn_low_half(crnn_i16x32 v) {
  return __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
CRNN_INLINE crnn_i16x16 crnn_high_half(crnn_i16x32 v) {
  return __builtin_shufflevector(v, v, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
}
CRNN_INLINE crnn_i32x16 crnn_join(crnn_i32x8 low, crnn_i32x8 high) {
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/* a[2i] * b[2i] + a[2i + 1] * b[2i + 1], exact. */
CRNN_INLINE crnn_i32x8 crnn_multiply_pairs(crnn_i16x16 a, crnn_i16x16 b) {
#if defined(__AVX2__)
  return (crnn_i32x8)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__) || defined(__wasm_simd128__)
  crnn_i16x8 a0 = __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7);
  crnn_i16x8 a1 = __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15);
  crnn_i16x8 b0 = __builtin_shufflevector(b, b, 0, 1, 2, 3, 4, 5, 6, 7);
  crnn_i16x8 b1 = __builtin_shufflevector(b, b, 8, 9, 10, 11, 12, 13, 14, 15);
  typedef int32_t i32x4 __attribute__((vector_size(16)));
#if defined(__SSE2__)
  i32x4 low = (i32x4)_mm_madd_epi16((__m128i)a0, (__m128i)b0);
  i32x4 high = (i32x4)_mm_madd_epi16((__m128i)a1, (__m128i)b1);
#else
  i32x4 low = (i32x4)wasm_i32x4_dot_i16x8((v128_t)a0, (v128_t)b0);
  i32x4 high = (i32x4)wasm_i32x4_dot_i16x8((v128_t)a1, (v128_t)b1);
#endif
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
#elif defined(__aarch64__)
  const int16x8_t a0 = __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7);
  const int16x8_t a1 = __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15);
  const int16x8_t b0 = __builtin_shufflevector(b, b, 0, 1, 2, 3, 4, 5, 6, 7);
  const int16x8_t b1 = __builtin_shufflevector(b, b, 8, 9, 10, 11, 12, 13, 14, 15);
  const int32x4_t low = vpaddq_s32(vmull_s16(vget_low_s16(a0), vget_low_s16(b0)), vmull_high_s16(a0, b0));
  const int32x4_t high = vpaddq_s32(vmull_s16(vget_low_s16(a1), vget_low_s16(b1)), vmull_high_s16(a1, b1));
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
#else
  crnn_i32x16 product = __builtin_convertvector(a, crnn_i32x16) * __builtin_convertvector(b, crnn_i32x16);
  return __builtin_shufflevector(product, product, 0, 2, 4, 6, 8, 10, 12, 14) +
         __builtin_shufflevector(product, product, 1, 3, 5, 7, 9, 11, 13, 15);
#endif
}

typedef crnn_i16x32 crnn_s16_weights;
typedef crnn_i32x16 crnn_s16_sums;

#if defined(__aarch64__)
/* Inputs 0 and 1 of every row, then 2 and 3: smlal adds four products to four sums, here of two rows. */
CRNN_INLINE crnn_i8x32 crnn_pairs_apart(crnn_i8x32 w) {
  return __builtin_shufflevector(w, w, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29, 2, 3, 6, 7, 10, 11, 14, 15,
                                 18, 19, 22, 23, 26, 27, 30, 31);
}
CRNN_INLINE crnn_s16_weights crnn_s16_load_weights(const int8_t *_Nonnull p) {
  return __builtin_convertvector(crnn_pairs_apart(crnn_load_i8x32(p)), crnn_i16x32);
}
#else
CRNN_INLINE crnn_s16_weights crnn_s16_load_weights(const int8_t *_Nonnull p) {
  return __builtin_convertvector(crnn_load_i8x32(p), crnn_i16x32);
}
#endif

/* vpdpwssd wraps like every sum here; vpdpwssds would saturate. Four rows of inputs share CRNN_S16_PANELS panels of weights, whose
 * sums take eight registers of 16 a panel, or four of 32. */
#if defined(__AVX512VNNI__)
#define CRNN_S16_PANELS 2
typedef crnn_i16x32 crnn_s16_inputs;

CRNN_INLINE crnn_s16_inputs crnn_s16_repeat(int64_t four) { return (crnn_i16x32)_mm512_set1_epi64(four); }
CRNN_INLINE crnn_s16_sums crnn_s16_multiply_add(crnn_s16_sums sums, crnn_s16_inputs x, crnn_s16_weights w) {
  return (crnn_i32x16)_mm512_dpwssd_epi32((__m512i)sums, (__m512i)w, (__m512i)x);
}
#else
#define CRNN_S16_PANELS 1
typedef crnn_i16x16 crnn_s16_inputs;

#if defined(__aarch64__)
CRNN_INLINE crnn_s16_inputs crnn_s16_repeat(int64_t four) {
  return (crnn_i16x16)__builtin_shufflevector(vdupq_n_s32((int32_t)four), vdupq_n_s32((int32_t)(four >> 32)), 0, 1, 2, 3, 4,
                                              5, 6, 7);
}
CRNN_INLINE int32x4_t crnn_s16_multiply_add_two(int32x4_t sums, int16x4_t a, int16x4_t x, int16x4_t b, int16x4_t y) {
  return vmlal_s16(vmlal_s16(sums, a, x), b, y);
}
/* Lanes 4 * at to 4 * at + 3. */
#define CRNN_FOUR(v, at) __builtin_shufflevector(v, v, 4 * (at), 4 * (at) + 1, 4 * (at) + 2, 4 * (at) + 3)
CRNN_INLINE crnn_s16_sums crnn_s16_multiply_add(crnn_s16_sums sums, crnn_s16_inputs x, crnn_s16_weights w) {
  const int16x4_t x01 = CRNN_FOUR(x, 0), x23 = CRNN_FOUR(x, 2);
  const int32x4_t s0 = crnn_s16_multiply_add_two(CRNN_FOUR(sums, 0), CRNN_FOUR(w, 0), x01, CRNN_FOUR(w, 4), x23);
  const int32x4_t s1 = crnn_s16_multiply_add_two(CRNN_FOUR(sums, 1), CRNN_FOUR(w, 1), x01, CRNN_FOUR(w, 5), x23);
  const int32x4_t s2 = crnn_s16_multiply_add_two(CRNN_FOUR(sums, 2), CRNN_FOUR(w, 2), x01, CRNN_FOUR(w, 6), x23);
  const int32x4_t s3 = crnn_s16_multiply_add_two(CRNN_FOUR(sums, 3), CRNN_FOUR(w, 3), x01, CRNN_FOUR(w, 7), x23);
  return crnn_join(__builtin_shufflevector(s0, s1, 0, 1, 2, 3, 4, 5, 6, 7), __builtin_shufflevector(s2, s3, 0, 1, 2, 3, 4, 5, 6, 7));
}
#else
CRNN_INLINE crnn_s16_inputs crnn_s16_repeat(int64_t four) {
  typedef int64_t i64x4 __attribute__((vector_size(32)));
  return (crnn_i16x16)(i64x4){four, four, four, four};
}
#endif
#if defined(__aarch64__)
#elif defined(__AVXVNNI__)
CRNN_INLINE crnn_s16_sums crnn_s16_multiply_add(crnn_s16_sums sums, crnn_s16_inputs x, crnn_s16_weights w) {
  const crnn_i32x8 low = __builtin_shufflevector(sums, sums, 0, 1, 2, 3, 4, 5, 6, 7);
  const crnn_i32x8 high = __builtin_shufflevector(sums, sums, 8, 9, 10, 11, 12, 13, 14, 15);
  return crnn_join(
      (crnn_i32x8)_mm256_dpwssd_avx_epi32((__m256i)low, (__m256i)crnn_low_half(w), (__m256i)x),
      (crnn_i32x8)_mm256_dpwssd_avx_epi32((__m256i)high, (__m256i)crnn_high_half(w), (__m256i)x));
}
#else
CRNN_INLINE crnn_s16_sums crnn_s16_multiply_add(crnn_s16_sums sums, crnn_s16_inputs x, crnn_s16_weights w) {
  return sums + crnn_join(crnn_multiply_pairs(crnn_low_half(w), x), crnn_multiply_pairs(crnn_high_half(w), x));
}
#endif
#endif
CRNN_INLINE crnn_s16_inputs crnn_s16_load_inputs(const int16_t *_Nonnull p) {
  int64_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return crnn_s16_repeat(four);
}
CRNN_INLINE crnn_i32x8 crnn_s16_total(crnn_s16_sums sums) {
  return __builtin_shufflevector(sums, sums, 0, 2, 4, 6, 8, 10, 12, 14) +
         __builtin_shufflevector(sums, sums, 1, 3, 5, 7, 9, 11, 13, 15);
}

/* Bytes widened as they come: what follows is the multiplication of 16-bit codes. */
typedef crnn_s16_weights crnn_u8_weights;
typedef crnn_s16_inputs crnn_u8_inputs;
typedef crnn_s16_sums crnn_u8_sums;

CRNN_INLINE crnn_u8_weights crnn_u8_load_weights(const int8_t *_Nonnull p) { return crnn_s16_load_weights(p); }
#if defined(__AVX2__) && !defined(__AVX512VNNI__)
CRNN_INLINE crnn_u8_inputs crnn_u8_load_inputs(const uint8_t *_Nonnull p) {
  int32_t four;
  __builtin_memcpy(&four, p, sizeof four);
  const __m256i apart = _mm256_set1_epi64x((int64_t)0x8003800280018000);
  return (crnn_i16x16)_mm256_shuffle_epi8(_mm256_set1_epi32(four), apart);
}
#else
CRNN_INLINE crnn_u8_inputs crnn_u8_load_inputs(const uint8_t *_Nonnull p) {
  typedef uint8_t u8x4 __attribute__((vector_size(4)));
  typedef int16_t i16x4 __attribute__((vector_size(8)));
  u8x4 four;
  __builtin_memcpy(&four, p, sizeof four);
  int64_t wide = (int64_t)__builtin_convertvector(four, i16x4);
  return crnn_s16_repeat(wide);
}
#endif
CRNN_INLINE crnn_u8_sums crnn_u8_multiply_add(crnn_u8_sums sums, crnn_u8_inputs x, crnn_u8_weights w) {
  return crnn_s16_multiply_add(sums, x, w);
}
CRNN_INLINE crnn_i32x8 crnn_u8_total(crnn_u8_sums sums) { return crnn_s16_total(sums); }

#if defined(__AVX2__)

/* Inputs of 0..127: a pair of products is at most 2 * 127 * 128 < 2^15, so vpmaddubsw never saturates. */
#define CRNN_U7_PANELS 2
typedef crnn_i8x32 crnn_u7_weights;
typedef crnn_i32x8 crnn_u7_inputs;
typedef crnn_i32x8 crnn_u7_sums;

CRNN_INLINE crnn_u7_weights crnn_u7_load_weights(const int8_t *_Nonnull p) { return crnn_load_i8x32(p); }
CRNN_INLINE crnn_u7_inputs crnn_u7_load_inputs(const uint8_t *_Nonnull p) {
  int32_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return crnn_all_i32x8(four);
}
CRNN_INLINE crnn_u7_sums crnn_u7_multiply_add(crnn_u7_sums sums, crnn_u7_inputs x, crnn_u7_weights w) {
  __m256i pairs = _mm256_maddubs_epi16((__m256i)x, (__m256i)w);
  return sums + (crnn_i32x8)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}
CRNN_INLINE crnn_i32x8 crnn_u7_total(crnn_u7_sums sums) { return sums; }

#elif defined(__aarch64__)

/* Likewise two products in 16 bits, of which sadalp adds pairs to the sums. */
#define CRNN_U7_PANELS 2
typedef crnn_i8x32 crnn_u7_weights;
typedef crnn_i8x32 crnn_u7_inputs;
typedef crnn_i32x8 crnn_u7_sums;

CRNN_INLINE crnn_u7_weights crnn_u7_load_weights(const int8_t *_Nonnull p) { return crnn_pairs_apart(crnn_load_i8x32(p)); }
CRNN_INLINE crnn_u7_inputs crnn_u7_load_inputs(const uint8_t *_Nonnull p) {
  int32_t four;
  __builtin_memcpy(&four, p, sizeof four);
  const int8x16_t x01 = vreinterpretq_s8_s16(vdupq_n_s16((int16_t)four));
  const int8x16_t x23 = vreinterpretq_s8_s16(vdupq_n_s16((int16_t)(four >> 16)));
  return __builtin_shufflevector(x01, x23, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
                                 24, 25, 26, 27, 28, 29, 30, 31);
}
#define CRNN_EIGHT(v, at)                                                                                             \
  __builtin_shufflevector(v, v, 8 * (at), 8 * (at) + 1, 8 * (at) + 2, 8 * (at) + 3, 8 * (at) + 4, 8 * (at) + 5, 8 * (at) + 6, \
                          8 * (at) + 7)
CRNN_INLINE crnn_u7_sums crnn_u7_multiply_add(crnn_u7_sums sums, crnn_u7_inputs x, crnn_u7_weights w) {
  const int8x8_t x01 = CRNN_EIGHT(x, 0), x23 = CRNN_EIGHT(x, 2);
  const int16x8_t p0 = vmlal_s8(vmull_s8(CRNN_EIGHT(w, 0), x01), CRNN_EIGHT(w, 2), x23);
  const int16x8_t p1 = vmlal_s8(vmull_s8(CRNN_EIGHT(w, 1), x01), CRNN_EIGHT(w, 3), x23);
  const int32x4_t s0 = vpadalq_s16(CRNN_FOUR(sums, 0), p0);
  const int32x4_t s1 = vpadalq_s16(CRNN_FOUR(sums, 1), p1);
  return __builtin_shufflevector(s0, s1, 0, 1, 2, 3, 4, 5, 6, 7);
}
CRNN_INLINE crnn_i32x8 crnn_u7_total(crnn_u7_sums sums) { return sums; }

#else

#define CRNN_U7_PANELS 1
typedef crnn_u8_weights crnn_u7_weights;
typedef crnn_u8_inputs crnn_u7_inputs;
typedef crnn_u8_sums crnn_u7_sums;

CRNN_INLINE crnn_u7_weights crnn_u7_load_weights(const int8_t *_Nonnull p) { return crnn_u8_load_weights(p); }
CRNN_INLINE crnn_u7_inputs crnn_u7_load_inputs(const uint8_t *_Nonnull p) { return crnn_u8_load_inputs(p); }
CRNN_INLINE crnn_u7_sums crnn_u7_multiply_add(crnn_u7_sums sums, crnn_u7_inputs x, crnn_u7_weights w) {
  return crnn_u8_multiply_add(sums, x, w);
}
CRNN_INLINE crnn_i32x8 crnn_u7_total(crnn_u7_sums sums) { return crnn_u8_total(sums); }

#endif

/* ---- Sixteen channels of two taps, so that multiply_pairs adds the products of one channel. The halves hold the channels that
 * vpunpck leaves in them. ---- */

CRNN_INLINE crnn_i16x16 crnn_widen_i8x16(crnn_i8x16 v) { return __builtin_convertvector(v, crnn_i16x16); }
CRNN_INLINE crnn_i16x16 crnn_interleave_low(crnn_i16x16 a, crnn_i16x16 b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 8, 24, 9, 25, 10, 26, 11, 27);
}
CRNN_INLINE crnn_i16x16 crnn_interleave_high(crnn_i16x16 a, crnn_i16x16 b) {
  return __builtin_shufflevector(a, b, 4, 20, 5, 21, 6, 22, 7, 23, 12, 28, 13, 29, 14, 30, 15, 31);
}
/* From the sums of both halves to the channels in order. */
CRNN_INLINE crnn_i32x16 crnn_channels_of(crnn_i32x8 low, crnn_i32x8 high) {
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15);
}

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif
