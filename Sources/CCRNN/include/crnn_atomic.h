/* Counters that the threads of a batch take from. The compiler knows the builtins everywhere; of 32 bits, every processor with
 * threads has them as instructions. */
#ifndef CRNN_ATOMIC_H
#define CRNN_ATOMIC_H

#include <stdint.h>

/* The counter's value, which no other call has got, nor will. */
#if defined(__ARM_ARCH_6M__)
/* A Cortex-M0+ has no such instruction; what could come between are interrupts, which wait. */
static inline uint32_t crnn_take(uint32_t *_Nonnull counter) {
  uint32_t masked;
  __asm__ volatile("mrs %0, primask\n cpsid i" : "=r"(masked) : : "memory");
  const uint32_t value = (*(volatile uint32_t *)counter)++;
  __asm__ volatile("msr primask, %0" : : "r"(masked) : "memory");
  return value;
}
static inline uint32_t crnn_taken(const uint32_t *_Nonnull counter) { return *(const volatile uint32_t *)counter; }
#else
static inline uint32_t crnn_take(uint32_t *_Nonnull counter) { return __atomic_fetch_add(counter, 1, __ATOMIC_ACQ_REL); }
static inline uint32_t crnn_taken(const uint32_t *_Nonnull counter) { return __atomic_load_n(counter, __ATOMIC_RELAXED); }
#endif

#endif
