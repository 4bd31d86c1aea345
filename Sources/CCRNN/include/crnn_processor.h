/* What this processor can run, asked of itself. Compilers have __builtin_cpu_supports for it, but their library's answer takes kilobytes, and
 * does not know every feature by name.
 *
 * Bits: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, "CPUID", and volume 1, 13.2 (what the operating system keeps).
 * AArch64 tells programs in the auxiliary vector: Linux, Documentation/arch/arm64/elf_hwcaps.rst.
 */
#ifndef CRNN_PROCESSOR_H
#define CRNN_PROCESSOR_H

enum {
  CRNN_PROCESSOR_SSE41 = 1,
  CRNN_PROCESSOR_SSE42 = 2,
  CRNN_PROCESSOR_AVX2 = 4,
  CRNN_PROCESSOR_AVXVNNI = 8,    /* and AVX2 */
  CRNN_PROCESSOR_AVX512VNNI = 16, /* and AVX2, AVX-512 F, BW and VL */
  CRNN_PROCESSOR_ASKED = 32
};

#if defined(__aarch64__)
enum { CRNN_PROCESSOR_DOTPROD = 1, CRNN_PROCESSOR_I8MM = 2 /* and dotprod */ };
#endif

#if defined(__x86_64__)
#include <cpuid.h>

/* Not inlined: it stands once in a library, not at each place that asks. */
__attribute__((noinline, unused)) static unsigned crnn_processor_ask(void) {
  unsigned a = 0, b = 0, c = 0, d = 0, features = 0, kept = 0, high = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  if (c >> 19 & 1) features |= CRNN_PROCESSOR_SSE41;
  if (c >> 20 & 1) features |= CRNN_PROCESSOR_SSE42;
  /* Registers that the operating system does not keep are as good as not there. */
  if (c >> 27 & 1) __asm__ volatile("xgetbv" : "=a"(kept), "=d"(high) : "c"(0));
  if ((kept & 6) != 6 || !(c >> 28 & 1)) return features;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b >> 5 & 1)) return features;
  features |= CRNN_PROCESSOR_AVX2;
  const unsigned foundation = 1u << 16 | 1u << 30 | 1u << 31; /* F, BW, VL */
  if ((kept & 0xe6) == 0xe6 && (b & foundation) == foundation && (c >> 11 & 1)) features |= CRNN_PROCESSOR_AVX512VNNI;
  if (a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1)) features |= CRNN_PROCESSOR_AVXVNNI;
  return features;
}

#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>

__attribute__((noinline, unused)) static unsigned crnn_processor_ask(void) {
  const unsigned long first = getauxval(AT_HWCAP), second = getauxval(AT_HWCAP2);
  unsigned features = 0;
  if (first >> 20 & 1) features |= CRNN_PROCESSOR_DOTPROD;             /* HWCAP_ASIMDDP */
  if (features && second >> 13 & 1) features |= CRNN_PROCESSOR_I8MM;   /* HWCAP2_I8MM */
  return features;
}
#endif

#if defined(__x86_64__) || (defined(__aarch64__) && defined(__linux__))
/* Asked once: under a virtual machine each CPUID takes as long as opening a small model. Threads that ask at the same time get the same answer. */
static inline unsigned crnn_processor_features(void) {
  static unsigned known;
  unsigned features = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (!features) {
    features = crnn_processor_ask() | CRNN_PROCESSOR_ASKED;
    __atomic_store_n(&known, features, __ATOMIC_RELAXED);
  }
  return features;
}
#else
static inline unsigned crnn_processor_features(void) { return 0; }
#endif

#endif
