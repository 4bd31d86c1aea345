/* What Swift's SIMD types cannot express well, as inline functions: loads of any alignment, conversions between lane
 * types, selections, square roots, and the multiplications of pairs that the matrix kernels live on.
 *
 * Swift sees each vector type as the SIMD type of the same lanes (crnn_f32x8 is SIMD8<Float>). The functions hold for
 * every instruction set; where one has an instruction of its own, the choice is made here, by the features that the
 * importing module is compiled with. The standard library's generic conversions are never used in kernels: they are not
 * inlined, and their specialisations would be weak symbols that another module may pick up with the wrong instructions
 * inside.
 */
#ifndef CRNN_SIMD_H
#define CRNN_SIMD_H

#include <stddef.h>
#include <stdint.h>

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

/* Everything here is inlined: how a wide vector would be passed to a function never matters. */
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"
#endif

#define CRNN_INLINE static inline __attribute__((always_inline, unused))

typedef float crnn_f32x8 __attribute__((vector_size(32)));
typedef int32_t crnn_i32x8 __attribute__((vector_size(32)));
typedef int32_t crnn_i32x16 __attribute__((vector_size(64)));
typedef int16_t crnn_i16x8 __attribute__((vector_size(16)));
typedef int16_t crnn_i16x16 __attribute__((vector_size(32)));
typedef int16_t crnn_i16x32 __attribute__((vector_size(64)));
typedef int8_t crnn_i8x16 __attribute__((vector_size(16)));
typedef int8_t crnn_i8x32 __attribute__((vector_size(32)));
typedef uint8_t crnn_u8x8 __attribute__((vector_size(8)));
typedef uint8_t crnn_u8x16 __attribute__((vector_size(16)));

/* ---- One value in every lane. ---- */

CRNN_INLINE crnn_f32x8 crnn_all_f32x8(float x) {
  typedef float splat __attribute__((ext_vector_type(8)));
  return (crnn_f32x8)(splat)(x);
}
CRNN_INLINE crnn_i32x8 crnn_all_i32x8(int32_t x) {
  typedef int32_t splat __attribute__((ext_vector_type(8)));
  return (crnn_i32x8)(splat)(x);
}

/* ---- Loads and stores. A tail is the first `count` < 8 lanes; a tail's other lanes are 0. ---- */

#define CRNN_LOAD(vector, element)                                                        \
  CRNN_INLINE crnn_##vector crnn_load_##vector(const element *_Nonnull p) {               \
    crnn_##vector v;                                                                      \
    __builtin_memcpy(&v, p, sizeof v);                                                    \
    return v;                                                                             \
  }                                                                                       \
  CRNN_INLINE void crnn_store_##vector(element *_Nonnull p, crnn_##vector v) {            \
    __builtin_memcpy(p, &v, sizeof v);                                                    \
  }
CRNN_LOAD(f32x8, float)
CRNN_LOAD(i32x8, int32_t)
CRNN_LOAD(i32x16, int32_t)
CRNN_LOAD(i16x8, int16_t)
CRNN_LOAD(i16x16, int16_t)
CRNN_LOAD(i8x16, int8_t)
CRNN_LOAD(u8x8, uint8_t)
CRNN_LOAD(u8x16, uint8_t)

#define CRNN_TAIL(vector, element)                                                                            \
  CRNN_INLINE crnn_##vector crnn_load_tail_##vector(const element *_Nonnull p, ptrdiff_t count) {             \
    crnn_##vector v = {0};                                                                                    \
    if (count > 0) v[0] = p[0];                                                                               \
    if (count > 1) v[1] = p[1];                                                                               \
    if (count > 2) v[2] = p[2];                                                                               \
    if (count > 3) v[3] = p[3];                                                                               \
    if (count > 4) v[4] = p[4];                                                                               \
    if (count > 5) v[5] = p[5];                                                                               \
    if (count > 6) v[6] = p[6];                                                                               \
    return v;                                                                                                 \
  }                                                                                                           \
  CRNN_INLINE void crnn_store_tail_##vector(element *_Nonnull p, ptrdiff_t count, crnn_##vector v) {          \
    if (count > 0) p[0] = v[0];                                                                               \
    if (count > 1) p[1] = v[1];                                                                               \
    if (count > 2) p[2] = v[2];                                                                               \
    if (count > 3) p[3] = v[3];                                                                               \
    if (count > 4) p[4] = v[4];                                                                               \
    if (count > 5) p[5] = v[5];                                                                               \
    if (count > 6) p[6] = v[6];                                                                               \
  }
CRNN_TAIL(i16x8, int16_t)
CRNN_TAIL(u8x8, uint8_t)

#if defined(__AVX2__)
CRNN_INLINE crnn_i32x8 crnn_tail_mask(ptrdiff_t count) {
  return crnn_all_i32x8((int32_t)count) > (crnn_i32x8){0, 1, 2, 3, 4, 5, 6, 7};
}
CRNN_INLINE crnn_f32x8 crnn_load_tail_f32x8(const float *_Nonnull p, ptrdiff_t count) {
  return (crnn_f32x8)_mm256_maskload_ps(p, (__m256i)crnn_tail_mask(count));
}
CRNN_INLINE void crnn_store_tail_f32x8(float *_Nonnull p, ptrdiff_t count, crnn_f32x8 v) {
  _mm256_maskstore_ps(p, (__m256i)crnn_tail_mask(count), (__m256)v);
}
CRNN_INLINE crnn_i32x8 crnn_load_tail_i32x8(const int32_t *_Nonnull p, ptrdiff_t count) {
  return (crnn_i32x8)_mm256_maskload_epi32(p, (__m256i)crnn_tail_mask(count));
}
#else
CRNN_TAIL(f32x8, float)
CRNN_TAIL(i32x8, int32_t)
#endif

/* ---- Conversions. Narrowing keeps the low bits. ---- */

CRNN_INLINE crnn_f32x8 crnn_to_float(crnn_i32x8 v) { return __builtin_convertvector(v, crnn_f32x8); }
CRNN_INLINE crnn_i32x8 crnn_widen_i16x8(crnn_i16x8 v) { return __builtin_convertvector(v, crnn_i32x8); }
CRNN_INLINE crnn_i32x8 crnn_widen_u8x8(crnn_u8x8 v) { return __builtin_convertvector(v, crnn_i32x8); }
CRNN_INLINE crnn_i16x16 crnn_widen_u8x16(crnn_u8x16 v) { return __builtin_convertvector(v, crnn_i16x16); }
CRNN_INLINE crnn_i16x8 crnn_narrow_i16x8(crnn_i32x8 v) { return __builtin_convertvector(v, crnn_i16x8); }
CRNN_INLINE crnn_u8x8 crnn_narrow_u8x8(crnn_i32x8 v) { return __builtin_convertvector(v, crnn_u8x8); }
CRNN_INLINE crnn_i32x8 crnn_bits_of(crnn_f32x8 v) { return (crnn_i32x8)v; }
CRNN_INLINE crnn_f32x8 crnn_float_of(crnn_i32x8 bits) { return (crnn_f32x8)bits; }

/* ---- Selections, lane by lane; a comparison with NaN is false. ---- */

/* a > b ? yes : no */
CRNN_INLINE crnn_f32x8 crnn_where_greater(crnn_f32x8 a, crnn_f32x8 b, crnn_f32x8 yes, crnn_f32x8 no) {
  crnn_i32x8 mask = a > b;
  return (crnn_f32x8)((mask & (crnn_i32x8)yes) | (~mask & (crnn_i32x8)no));
}
/* a > b ? yes : no, a and b compared as signed integers */
CRNN_INLINE crnn_f32x8 crnn_where_bits_greater(crnn_i32x8 a, crnn_i32x8 b, crnn_f32x8 yes, crnn_f32x8 no) {
  crnn_i32x8 mask = a > b;
  return (crnn_f32x8)((mask & (crnn_i32x8)yes) | (~mask & (crnn_i32x8)no));
}
CRNN_INLINE crnn_f32x8 crnn_zero_where_nan(crnn_f32x8 v) {
  crnn_i32x8 mask = v == v;
  return (crnn_f32x8)(mask & (crnn_i32x8)v);
}
/* a > b ? a : b */
CRNN_INLINE crnn_i32x8 crnn_maximum_i32x8(crnn_i32x8 a, crnn_i32x8 b) {
  crnn_i32x8 mask = a > b;
  return (mask & a) | (~mask & b);
}
CRNN_INLINE crnn_i16x16 crnn_maximum_i16x16(crnn_i16x16 a, crnn_i16x16 b) {
  crnn_i16x16 mask = a > b;
  return (mask & a) | (~mask & b);
}
CRNN_INLINE crnn_u8x16 crnn_maximum_u8x16(crnn_u8x16 a, crnn_u8x16 b) {
  crnn_u8x16 mask = (crnn_u8x16)(a > b);
  return (mask & a) | (~mask & b);
}

/* ---- Arithmetic, each operation rounded on its own. Swift's operators on SIMD8<Float> work lane after lane and leave
 * it to the optimiser to find the vector again, which it often finds half as wide. ---- */

CRNN_INLINE crnn_f32x8 crnn_add(crnn_f32x8 a, crnn_f32x8 b) { return a + b; }
CRNN_INLINE crnn_f32x8 crnn_subtract(crnn_f32x8 a, crnn_f32x8 b) { return a - b; }
CRNN_INLINE crnn_f32x8 crnn_multiply(crnn_f32x8 a, crnn_f32x8 b) { return a * b; }
CRNN_INLINE crnn_f32x8 crnn_divide(crnn_f32x8 a, crnn_f32x8 b) { return a / b; }

/* IEEE square roots, without the library call that a C compiler may add to set errno. */
CRNN_INLINE float crnn_square_root(float x) { return __builtin_elementwise_sqrt(x); }
CRNN_INLINE crnn_f32x8 crnn_square_roots(crnn_f32x8 v) { return __builtin_elementwise_sqrt(v); }

/* ((sum + v[0]) + v[1]) + ..., over the first `count` lanes. */
CRNN_INLINE float crnn_add_in_order(float sum, crnn_f32x8 v, ptrdiff_t count) {
  sum = sum + v[0];
  if (count > 1) sum = sum + v[1];
  if (count > 2) sum = sum + v[2];
  if (count > 3) sum = sum + v[3];
  if (count > 4) sum = sum + v[4];
  if (count > 5) sum = sum + v[5];
  if (count > 6) sum = sum + v[6];
  if (count > 7) sum = sum + v[7];
  return sum;
}

/* The largest lane: x > y ? x : y with y the running maximum, first lane first. */
CRNN_INLINE float crnn_largest_lane(crnn_f32x8 v) {
  float largest = v[0];
  for (int i = 1; i < 8; i++) largest = v[i] > largest ? v[i] : largest;
  return largest;
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
#else
  crnn_i32x16 product = __builtin_convertvector(a, crnn_i32x16) * __builtin_convertvector(b, crnn_i32x16);
  return __builtin_shufflevector(product, product, 0, 2, 4, 6, 8, 10, 12, 14) +
         __builtin_shufflevector(product, product, 1, 3, 5, 7, 9, 11, 13, 15);
#endif
}

typedef crnn_i16x32 crnn_s16_weights;
typedef crnn_i32x16 crnn_s16_sums;

CRNN_INLINE crnn_s16_weights crnn_s16_load_weights(const int8_t *_Nonnull p) {
  crnn_i8x32 v;
  __builtin_memcpy(&v, p, sizeof v);
  return __builtin_convertvector(v, crnn_i16x32);
}
#if defined(__AVX512VNNI__)
typedef crnn_i16x32 crnn_s16_inputs;

CRNN_INLINE crnn_s16_inputs crnn_s16_load_inputs(const int16_t *_Nonnull p) {
  int64_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return (crnn_i16x32)_mm512_set1_epi64(four);
}
/* vpdpwssd wraps like every sum here; vpdpwssds would saturate. */
CRNN_INLINE crnn_s16_sums crnn_s16_multiply_add(crnn_s16_sums sums, crnn_s16_inputs x, crnn_s16_weights w) {
  return (crnn_i32x16)_mm512_dpwssd_epi32((__m512i)sums, (__m512i)w, (__m512i)x);
}
#else
typedef crnn_i16x16 crnn_s16_inputs;

CRNN_INLINE crnn_s16_inputs crnn_s16_load_inputs(const int16_t *_Nonnull p) {
  typedef int64_t i64x4 __attribute__((vector_size(32)));
  int64_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return (crnn_i16x16)(i64x4){four, four, four, four};
}
CRNN_INLINE crnn_s16_sums crnn_s16_multiply_add(crnn_s16_sums sums, crnn_s16_inputs x, crnn_s16_weights w) {
  return sums + crnn_join(crnn_multiply_pairs(crnn_low_half(w), x), crnn_multiply_pairs(crnn_high_half(w), x));
}
#endif
CRNN_INLINE crnn_i32x8 crnn_s16_total(crnn_s16_sums sums) {
  return __builtin_shufflevector(sums, sums, 0, 2, 4, 6, 8, 10, 12, 14) +
         __builtin_shufflevector(sums, sums, 1, 3, 5, 7, 9, 11, 13, 15);
}

#if defined(__AVX2__)

/* Weights of bytes as they lie in the file, four products of each row to a lane. */
CRNN_INLINE crnn_i8x32 crnn_load_i8x32(const int8_t *_Nonnull p) {
  crnn_i8x32 v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
CRNN_INLINE crnn_i32x8 crnn_load_four_bytes(const uint8_t *_Nonnull p) {
  int32_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return crnn_all_i32x8(four);
}

/* Inputs of 0..127: a pair of products is at most 2 * 127 * 128 < 2^15, so vpmaddubsw never saturates. */
typedef crnn_i8x32 crnn_u7_weights;
typedef crnn_i32x8 crnn_u7_inputs;
typedef crnn_i32x8 crnn_u7_sums;

CRNN_INLINE crnn_u7_weights crnn_u7_load_weights(const int8_t *_Nonnull p) { return crnn_load_i8x32(p); }
CRNN_INLINE crnn_u7_inputs crnn_u7_load_inputs(const uint8_t *_Nonnull p) { return crnn_load_four_bytes(p); }
CRNN_INLINE crnn_u7_sums crnn_u7_multiply_add(crnn_u7_sums sums, crnn_u7_inputs x, crnn_u7_weights w) {
#if defined(__AVX512VNNI__)
  return (crnn_i32x8)_mm256_dpbusd_epi32((__m256i)sums, (__m256i)x, (__m256i)w);
#else
  __m256i pairs = _mm256_maddubs_epi16((__m256i)x, (__m256i)w);
  return sums + (crnn_i32x8)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
#endif
}
CRNN_INLINE crnn_i32x8 crnn_u7_total(crnn_u7_sums sums) { return sums; }

#endif

#if defined(__AVX512VNNI__)

/* vpdpbusd takes bytes of 0..255 and adds four products without an intermediate result of 16 bits. */
typedef crnn_u7_weights crnn_u8_weights;
typedef crnn_u7_inputs crnn_u8_inputs;
typedef crnn_u7_sums crnn_u8_sums;

CRNN_INLINE crnn_u8_weights crnn_u8_load_weights(const int8_t *_Nonnull p) { return crnn_u7_load_weights(p); }
CRNN_INLINE crnn_u8_inputs crnn_u8_load_inputs(const uint8_t *_Nonnull p) { return crnn_u7_load_inputs(p); }
CRNN_INLINE crnn_u8_sums crnn_u8_multiply_add(crnn_u8_sums sums, crnn_u8_inputs x, crnn_u8_weights w) {
  return crnn_u7_multiply_add(sums, x, w);
}
CRNN_INLINE crnn_i32x8 crnn_u8_total(crnn_u8_sums sums) { return crnn_u7_total(sums); }

#else

/* Bytes widened as they come: what follows is the multiplication of 16-bit codes. */
typedef crnn_s16_weights crnn_u8_weights;
typedef crnn_s16_inputs crnn_u8_inputs;
typedef crnn_s16_sums crnn_u8_sums;

CRNN_INLINE crnn_u8_weights crnn_u8_load_weights(const int8_t *_Nonnull p) { return crnn_s16_load_weights(p); }
CRNN_INLINE crnn_u8_inputs crnn_u8_load_inputs(const uint8_t *_Nonnull p) {
  typedef uint8_t u8x4 __attribute__((vector_size(4)));
  typedef int16_t i16x4 __attribute__((vector_size(8)));
  u8x4 four;
  __builtin_memcpy(&four, p, sizeof four);
  i16x4 wide = __builtin_convertvector(four, i16x4);
  return __builtin_shufflevector(wide, wide, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
}
CRNN_INLINE crnn_u8_sums crnn_u8_multiply_add(crnn_u8_sums sums, crnn_u8_inputs x, crnn_u8_weights w) {
  return crnn_s16_multiply_add(sums, x, w);
}
CRNN_INLINE crnn_i32x8 crnn_u8_total(crnn_u8_sums sums) { return crnn_s16_total(sums); }

#endif

/* 16-bit inputs in two bytes, x = 256 h + l with l in 0..255 and h in -128..127: vpdpbusd multiplies the weights with l, and h with
 * the weights made unsigned, (w + 128) h, of which 128 times the sum of all h is too much. Twice the multiplications of vpdpwssd,
 * but no weight has to be widened: where each weight is used once, that is what takes the time. */
#if defined(__AVX512VNNI__)
CRNN_INLINE __m256i crnn_four_words(const int16_t *_Nonnull p) {
  int64_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return _mm256_set1_epi64x(four);
}
CRNN_INLINE crnn_i32x8 crnn_s16_low_bytes(const int16_t *_Nonnull p) {
  return (crnn_i32x8)_mm256_shuffle_epi8(crnn_four_words(p), _mm256_set1_epi32(0x06040200));
}
CRNN_INLINE crnn_i32x8 crnn_s16_high_bytes(const int16_t *_Nonnull p) {
  return (crnn_i32x8)_mm256_shuffle_epi8(crnn_four_words(p), _mm256_set1_epi32(0x07050301));
}
CRNN_INLINE crnn_i32x8 crnn_s16_multiply_add_high(crnn_i32x8 sums, crnn_i32x8 h, crnn_i8x32 w) {
  const __m256i made_unsigned = _mm256_xor_si256((__m256i)w, _mm256_set1_epi8(-128));
  return (crnn_i32x8)_mm256_dpbusd_epi32((__m256i)sums, made_unsigned, (__m256i)h);
}
/* 256 * 128 * the sum of h over 4 * groups inputs, in 32 bits that wrap. */
CRNN_INLINE int32_t crnn_s16_excess(const int16_t *_Nonnull p, ptrdiff_t groups) {
  uint32_t sum = 0;
  for (ptrdiff_t i = 0; i < 4 * groups; i++) sum += (uint32_t)(p[i] >> 8);
  return (int32_t)(sum << 15);
}
#endif

#if !defined(__AVX2__)

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

/* sums[i] + x[i] * w[i] in 32 bits that wrap, 16 channels. */
CRNN_INLINE crnn_i32x16 crnn_multiply_add_channels(crnn_i32x16 sums, crnn_i16x16 x, crnn_i8x16 w) {
  return sums + __builtin_convertvector(x, crnn_i32x16) * __builtin_convertvector(w, crnn_i32x16);
}

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif
