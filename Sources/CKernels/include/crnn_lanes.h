/* The lanes that pointwise kernels work on, CRNN_LANES at a time: as many floats as a register of the instruction set holds. Every
 * element is computed by itself, so their number shows in no result.
 *
 * Swift sees crnn_floats as the SIMD type of so many Floats. What Swift cannot express well stands here: loads of any alignment,
 * conversions between lane types, selections, square roots. The standard library's generic conversions are never used in kernels:
 * they are not inlined, and their specialisations would be weak symbols that another module may pick up with the wrong
 * instructions inside.
 */
#ifndef CRNN_LANES_H
#define CRNN_LANES_H

#include "crnn_simd.h"

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"
#endif

#if defined(__AVX512VNNI__)
#define CRNN_LANES 16
#elif defined(__AVX2__)
#define CRNN_LANES 8
#else
#define CRNN_LANES 4
#endif

typedef float crnn_floats __attribute__((vector_size(4 * CRNN_LANES)));
typedef int32_t crnn_integers __attribute__((vector_size(4 * CRNN_LANES)));
typedef int16_t crnn_words __attribute__((vector_size(2 * CRNN_LANES)));
typedef uint8_t crnn_bytes __attribute__((vector_size(CRNN_LANES)));

typedef int16_t crnn_pairs __attribute__((vector_size(4 * CRNN_LANES)));

/* Clang's extended vectors make a vector of a number, and have ?: for lanes. */
typedef float crnn_float_lanes __attribute__((ext_vector_type(CRNN_LANES)));
typedef int32_t crnn_integer_lanes __attribute__((ext_vector_type(CRNN_LANES)));

/* ---- One value in every lane. ---- */

CRNN_INLINE crnn_floats crnn_all_floats(float x) { return (crnn_floats)(crnn_float_lanes)(x); }
CRNN_INLINE crnn_integers crnn_all_integers(int32_t x) { return (crnn_integers)(crnn_integer_lanes)(x); }

/* ---- Loads and stores. A tail is the first `count` < CRNN_LANES lanes; a tail's other lanes are 0. ---- */

CRNN_LOAD(floats, float)
CRNN_LOAD(integers, int32_t)
CRNN_LOAD(words, int16_t)
CRNN_LOAD(bytes, uint8_t)
CRNN_LOAD(pairs, int16_t)

#if defined(__AVX512VNNI__)

CRNN_INLINE __mmask16 crnn_tail_mask(ptrdiff_t count) { return (__mmask16)((1u << count) - 1); }
CRNN_INLINE crnn_floats crnn_load_tail_floats(const float *_Nonnull p, ptrdiff_t count) {
  return (crnn_floats)_mm512_maskz_loadu_ps(crnn_tail_mask(count), p);
}
CRNN_INLINE void crnn_store_tail_floats(float *_Nonnull p, ptrdiff_t count, crnn_floats v) {
  _mm512_mask_storeu_ps(p, crnn_tail_mask(count), (__m512)v);
}
CRNN_INLINE crnn_integers crnn_load_tail_integers(const int32_t *_Nonnull p, ptrdiff_t count) {
  return (crnn_integers)_mm512_maskz_loadu_epi32(crnn_tail_mask(count), p);
}
CRNN_INLINE crnn_words crnn_load_tail_words(const int16_t *_Nonnull p, ptrdiff_t count) {
  return (crnn_words)_mm256_maskz_loadu_epi16(crnn_tail_mask(count), p);
}
CRNN_INLINE void crnn_store_tail_words(int16_t *_Nonnull p, ptrdiff_t count, crnn_words v) {
  _mm256_mask_storeu_epi16(p, crnn_tail_mask(count), (__m256i)v);
}
CRNN_INLINE crnn_bytes crnn_load_tail_bytes(const uint8_t *_Nonnull p, ptrdiff_t count) {
  return (crnn_bytes)_mm_maskz_loadu_epi8(crnn_tail_mask(count), p);
}
CRNN_INLINE void crnn_store_tail_bytes(uint8_t *_Nonnull p, ptrdiff_t count, crnn_bytes v) {
  _mm_mask_storeu_epi8(p, crnn_tail_mask(count), (__m128i)v);
}

#else

/* Codes are seldom so few that a call for them would show. */
#define CRNN_TAIL(vector, element)                                                                            \
  CRNN_INLINE crnn_##vector crnn_load_tail_##vector(const element *_Nonnull p, ptrdiff_t count) {             \
    crnn_##vector v = {0};                                                                                    \
    __builtin_memcpy(&v, p, (size_t)count * sizeof *p);                                                       \
    return v;                                                                                                 \
  }                                                                                                           \
  CRNN_INLINE void crnn_store_tail_##vector(element *_Nonnull p, ptrdiff_t count, crnn_##vector v) {          \
    __builtin_memcpy(p, &v, (size_t)count * sizeof *p);                                                       \
  }
CRNN_TAIL(words, int16_t)
CRNN_TAIL(bytes, uint8_t)
#undef CRNN_TAIL

#if defined(__AVX2__)
CRNN_INLINE __m256i crnn_tail_mask(ptrdiff_t count) {
  return (__m256i)(crnn_all_integers((int32_t)count) > (crnn_integers){0, 1, 2, 3, 4, 5, 6, 7});
}
CRNN_INLINE crnn_floats crnn_load_tail_floats(const float *_Nonnull p, ptrdiff_t count) {
  return (crnn_floats)_mm256_maskload_ps(p, crnn_tail_mask(count));
}
CRNN_INLINE void crnn_store_tail_floats(float *_Nonnull p, ptrdiff_t count, crnn_floats v) {
  _mm256_maskstore_ps(p, crnn_tail_mask(count), (__m256)v);
}
CRNN_INLINE crnn_integers crnn_load_tail_integers(const int32_t *_Nonnull p, ptrdiff_t count) {
  return (crnn_integers)_mm256_maskload_epi32(p, crnn_tail_mask(count));
}
#else
#define CRNN_TAIL(vector, element)                                                                            \
  CRNN_INLINE crnn_##vector crnn_load_tail_##vector(const element *_Nonnull p, ptrdiff_t count) {             \
    crnn_##vector v = {0};                                                                                    \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CRNN_LANES - 1; i++) {                             \
      if (count > i) v[i] = p[i];                                                                             \
    }                                                                                                         \
    return v;                                                                                                 \
  }                                                                                                           \
  CRNN_INLINE void crnn_store_tail_##vector(element *_Nonnull p, ptrdiff_t count, crnn_##vector v) {          \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CRNN_LANES - 1; i++) {                             \
      if (count > i) p[i] = v[i];                                                                             \
    }                                                                                                         \
  }
CRNN_TAIL(floats, float)
CRNN_TAIL(integers, int32_t)
#undef CRNN_TAIL
#endif

#endif

#if defined(__AVX2__)
CRNN_INLINE void crnn_store_tail_integers(int32_t *_Nonnull p, ptrdiff_t count, crnn_integers v) {
  crnn_store_tail_floats((float *)p, count, (crnn_floats)v);
}
#endif

/* As many lanes as there are, `left` of them where that is fewer. With a mask register, which all loads of a step share, no branch is needed. */
#if defined(__AVX512VNNI__)
#define CRNN_LOAD_FIRST(vector, element)                                                                     \
  CRNN_INLINE crnn_##vector crnn_load_first_##vector(const element *_Nonnull p, ptrdiff_t left) {             \
    return crnn_load_tail_##vector(p, left < CRNN_LANES ? left : CRNN_LANES);                                 \
  }
#else
#define CRNN_LOAD_FIRST(vector, element)                                                                     \
  CRNN_INLINE crnn_##vector crnn_load_first_##vector(const element *_Nonnull p, ptrdiff_t left) {             \
    return left >= CRNN_LANES ? crnn_load_##vector(p) : crnn_load_tail_##vector(p, left);                     \
  }
#endif
CRNN_LOAD_FIRST(floats, float)
CRNN_LOAD_FIRST(integers, int32_t)
#undef CRNN_LOAD_FIRST

/* ---- Conversions. Narrowing keeps the low bits. ---- */

CRNN_INLINE crnn_floats crnn_to_float(crnn_integers v) { return __builtin_convertvector(v, crnn_floats); }
CRNN_INLINE crnn_integers crnn_widen_words(crnn_words v) { return __builtin_convertvector(v, crnn_integers); }
CRNN_INLINE crnn_integers crnn_widen_bytes(crnn_bytes v) { return __builtin_convertvector(v, crnn_integers); }
CRNN_INLINE crnn_words crnn_narrow_words(crnn_integers v) { return __builtin_convertvector(v, crnn_words); }
CRNN_INLINE crnn_bytes crnn_narrow_bytes(crnn_integers v) { return __builtin_convertvector(v, crnn_bytes); }
CRNN_INLINE crnn_integers crnn_bits_of(crnn_floats v) { return (crnn_integers)v; }
CRNN_INLINE crnn_floats crnn_float_of(crnn_integers bits) { return (crnn_floats)bits; }

/* ---- Selections, lane by lane; a comparison with NaN is false. ---- */

/* a > b ? yes : no; a > b ? a : b is maxps. */
CRNN_INLINE crnn_floats crnn_where_greater(crnn_floats a, crnn_floats b, crnn_floats yes, crnn_floats no) {
  return (crnn_floats)((crnn_float_lanes)a > (crnn_float_lanes)b ? (crnn_float_lanes)yes : (crnn_float_lanes)no);
}
/* a > b ? yes : no, a and b compared as signed integers */
CRNN_INLINE crnn_floats crnn_where_bits_greater(crnn_integers a, crnn_integers b, crnn_floats yes, crnn_floats no) {
  return (crnn_floats)((crnn_integer_lanes)a > (crnn_integer_lanes)b ? (crnn_float_lanes)yes : (crnn_float_lanes)no);
}
CRNN_INLINE crnn_floats crnn_zero_where_nan(crnn_floats v) {
  return (crnn_floats)((crnn_integers)(v == v) & (crnn_integers)v);
}
/* a > b ? a : b */
CRNN_INLINE crnn_integers crnn_maximum_integers(crnn_integers a, crnn_integers b) {
  return (crnn_integers)((crnn_integer_lanes)a > (crnn_integer_lanes)b ? (crnn_integer_lanes)a : (crnn_integer_lanes)b);
}

#if defined(__AVX2__)
/* The integer nearest to x, ties to even, but not below `least`, and of floats not above `greatest`; `least` where x is NaN. */
CRNN_INLINE crnn_integers crnn_between(crnn_floats x, crnn_integers least, crnn_floats greatest) {
  /* Where one of its operands is NaN, minps gives the second one; what does not fit, and NaN, is converted to INT32_MIN. */
#if defined(__AVX512VNNI__)
  const __m512i codes = _mm512_cvtps_epi32(_mm512_min_ps((__m512)greatest, (__m512)x));
#else
  const __m256i codes = _mm256_cvtps_epi32(_mm256_min_ps((__m256)greatest, (__m256)x));
#endif
  return crnn_maximum_integers((crnn_integers)codes, least);
}

CRNN_INLINE int32_t crnn_has_nan(crnn_floats v) {
#if defined(__AVX512VNNI__)
  return _mm512_cmp_ps_mask((__m512)v, (__m512)v, _CMP_UNORD_Q) != 0;
#else
  return _mm256_movemask_ps(_mm256_cmp_ps((__m256)v, (__m256)v, _CMP_UNORD_Q)) != 0;
#endif
}

/* 32 codes of four vectors in order; with sixteen lanes, those of the first two are all. */
CRNN_INLINE void crnn_store_32_bytes(uint8_t *_Nonnull p, crnn_integers a, crnn_integers b, crnn_integers c, crnn_integers d) {
#if defined(__AVX512VNNI__)
  crnn_store_bytes(p, crnn_narrow_bytes(a));
  crnn_store_bytes(p + 16, crnn_narrow_bytes(b));
#else
  const __m256i words = _mm256_packus_epi16(_mm256_packs_epi32((__m256i)a, (__m256i)b), _mm256_packs_epi32((__m256i)c, (__m256i)d));
  _mm256_storeu_si256((__m256i *)p, _mm256_permutevar8x32_epi32(words, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)));
#endif
}
CRNN_INLINE void crnn_store_32_words(int16_t *_Nonnull p, crnn_integers a, crnn_integers b, crnn_integers c, crnn_integers d) {
  crnn_store_words(p, crnn_narrow_words(a));
  crnn_store_words(p + CRNN_LANES, crnn_narrow_words(b));
#if CRNN_LANES == 8
  crnn_store_words(p + 16, crnn_narrow_words(c));
  crnn_store_words(p + 24, crnn_narrow_words(d));
#endif
}
#endif

/* ---- Arithmetic, each operation rounded on its own. Swift's operators on a SIMD type of Floats work lane after lane and leave
 * it to the optimiser to find the vector again, which it often finds half as wide. ---- */

CRNN_INLINE crnn_floats crnn_add(crnn_floats a, crnn_floats b) { return a + b; }
CRNN_INLINE crnn_floats crnn_subtract(crnn_floats a, crnn_floats b) { return a - b; }
CRNN_INLINE crnn_floats crnn_multiply(crnn_floats a, crnn_floats b) { return a * b; }
CRNN_INLINE crnn_floats crnn_divide(crnn_floats a, crnn_floats b) { return a / b; }

/* sums[i] + weights[2 * i] * x[0] + weights[2 * i + 1] * x[1], in int32 that wraps. */
CRNN_INLINE crnn_integers crnn_add_pairs(crnn_integers sums, crnn_pairs weights, const int16_t *_Nonnull x) {
#if defined(__SSE2__) || defined(__wasm_simd128__)
  int32_t both;
  __builtin_memcpy(&both, x, sizeof both);
  const crnn_integers pairs = crnn_all_integers(both);
#if defined(__AVX512VNNI__)
  return (crnn_integers)_mm512_dpwssd_epi32((__m512i)sums, (__m512i)pairs, (__m512i)weights);
#elif defined(__AVX2__)
  return sums + (crnn_integers)_mm256_madd_epi16((__m256i)pairs, (__m256i)weights);
#elif defined(__SSE2__)
  return sums + (crnn_integers)_mm_madd_epi16((__m128i)pairs, (__m128i)weights);
#else
  return sums + (crnn_integers)wasm_i32x4_dot_i16x8((v128_t)pairs, (v128_t)weights);
#endif
#else
  const crnn_words even = __builtin_shufflevector(weights, weights, 0, 2, 4, 6);
  const crnn_words odd = __builtin_shufflevector(weights, weights, 1, 3, 5, 7);
  return sums + crnn_widen_words(even) * x[0] + crnn_widen_words(odd) * x[1];
#endif
}

/* IEEE square roots, without the library call that a C compiler may add to set errno. */
#if (defined(__arm__) && !defined(__ARM_FP)) || (defined(__riscv) && !defined(__riscv_flen))
/* Without a floating-point unit: bit after bit, as by hand. A square root never lies in the middle between two floats. */
static inline float crnn_square_root(float x) {
  uint32_t bits, root = 0, twice = 0;
  __builtin_memcpy(&bits, &x, sizeof bits);
  if (bits << 1 == 0 || bits == 0x7F800000u) return x;
  if (bits > 0x7F800000u) bits = 0x7FC00000u;
  else {
    int32_t exponent = (int32_t)(bits >> 23);
    uint32_t rest = bits & 0x7FFFFFu;
    if (exponent > 0) rest |= 0x800000u;
    else for (exponent = 1; !(rest >> 23); exponent--) rest <<= 1;
    exponent -= 127;
    if (exponent & 1) rest <<= 1;
    rest <<= 1;
    for (uint32_t bit = 1u << 24; bit; bit >>= 1) {
      if (twice + bit <= rest) {
        rest -= twice + bit;
        twice += 2 * bit;
        root += bit;
      }
      rest <<= 1;
    }
    root += rest ? root & 1 : 0;
    bits = (root >> 1) + 0x3F000000u + ((uint32_t)(exponent >> 1) << 23);
  }
  __builtin_memcpy(&x, &bits, sizeof bits);
  return x;
}
#else
CRNN_INLINE float crnn_square_root(float x) { return __builtin_elementwise_sqrt(x); }
#endif
CRNN_INLINE crnn_floats crnn_square_roots(crnn_floats v) { return __builtin_elementwise_sqrt(v); }

/* ((sum + v[0]) + v[1]) + ..., over the first `count` lanes. */
CRNN_INLINE float crnn_add_in_order(float sum, crnn_floats v, ptrdiff_t count) {
  float lanes[CRNN_LANES];
  __builtin_memcpy(lanes, &v, sizeof lanes);
  _Pragma("clang loop vectorize(disable) unroll(disable)") for (int i = 0; i < CRNN_LANES && i < count; i++) {
    sum = sum + lanes[i];
  }
  return sum;
}

/* The largest lane: x > y ? x : y with y the running maximum, first lane first. */
CRNN_INLINE float crnn_largest_lane(crnn_floats v) {
  float lanes[CRNN_LANES], largest = v[0];
  __builtin_memcpy(lanes, &v, sizeof lanes);
  _Pragma("clang loop vectorize(disable) unroll(disable)") for (int i = 1; i < CRNN_LANES; i++) {
    largest = lanes[i] > largest ? lanes[i] : largest;
  }
  return largest;
}

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif
