/* The names under which one kernel module defines its kernels, and its table of them.
 *
 * Every module is compiled with -DCRNN_KERNEL_SET=<name> (Package.swift). Its Swift source always defines
 * crnn_kernel_multiply_s16; the symbol of that function is crnn_<name>_multiply_s16, so that one source makes several
 * modules. The compiler checks each signature against the member of crnn_kernels, which is the
 * only place where it is written. Only kernel modules use what is declared here.
 */
#ifndef CRNN_KERNEL_SET_H
#define CRNN_KERNEL_SET_H

#include "crnn_kernels.h"

#ifndef CRNN_KERNEL_SET
#define CRNN_KERNEL_SET baseline
#endif
/* A module that defines the sums of products alone takes the other kernels of its table from another module. */
#ifndef CRNN_KERNEL_OTHERS
#define CRNN_KERNEL_OTHERS CRNN_KERNEL_SET
#endif

#define CRNN_KERNEL_TEXT_OF(text) #text
#define CRNN_KERNEL_TEXT(text) CRNN_KERNEL_TEXT_OF(text)
#define CRNN_KERNEL_OF(set, name)                                                    \
  extern __typeof__(*((const crnn_kernels *)0)->name) crnn_kernel_##name /* symbol */ \
      __asm__("crnn_" CRNN_KERNEL_TEXT(set) "_" #name);

CRNN_SUMS(CRNN_KERNEL_OF, CRNN_KERNEL_SET)
CRNN_AFTER_SUMS(CRNN_KERNEL_OF, CRNN_KERNEL_OTHERS)
CRNN_POINTWISE(CRNN_KERNEL_OF, CRNN_KERNEL_OTHERS)
CRNN_STEPS(CRNN_KERNEL_OF, CRNN_KERNEL_OTHERS)

#ifdef CRNN_WINOGRAD
/* Rows of values that one panel's weights are read for: as many as there are registers for their sums, or fewer, so that few are for nothing. */
enum { CRNN_WINOGRAD_FEW_ROWS = 3, CRNN_WINOGRAD_MIDDLE_ROWS = 4, CRNN_WINOGRAD_MOST_ROWS = 6 };
static inline ptrdiff_t crnn_winograd_rows(ptrdiff_t left) {
  if (left == 4 || left == 7 || left == 8 || (left > 8 && left % 6 > 0 && left % 6 < 3)) return CRNN_WINOGRAD_MIDDLE_ROWS;
  return left > CRNN_WINOGRAD_FEW_ROWS ? CRNN_WINOGRAD_MOST_ROWS : CRNN_WINOGRAD_FEW_ROWS;
}
#define CRNN_WINOGRAD_OF(name)                                                                  \
  extern __typeof__(*((const crnn_winograd *)0)->name) crnn_kernel_winograd_##name /* symbol */ \
      __asm__("crnn_" CRNN_KERNEL_TEXT(CRNN_KERNEL_SET) "_winograd_" #name)
CRNN_WINOGRAD_OF(input);
CRNN_WINOGRAD_OF(weights);
CRNN_WINOGRAD_OF(multiply);
CRNN_WINOGRAD_OF(output);
#endif

#ifdef CRNN_PAIRS
CRNN_KERNEL_OF(CRNN_KERNEL_OTHERS, multiply_pairs)
#endif

/* A module that has the usual functions alone leaves the others to another module. */
#ifdef CRNN_KERNEL_UNUSUAL
#define CRNN_KERNEL_UNUSUAL_OF(name)                                                  \
  extern __typeof__(*((const crnn_kernels *)0)->name) crnn_unusual_##name /* symbol */ \
      __asm__("crnn_" CRNN_KERNEL_TEXT(CRNN_KERNEL_UNUSUAL) "_" #name)
CRNN_KERNEL_UNUSUAL_OF(activate);
CRNN_KERNEL_UNUSUAL_OF(simple);
CRNN_KERNEL_UNUSUAL_OF(lstm);
CRNN_KERNEL_UNUSUAL_OF(gru_after);
CRNN_KERNEL_UNUSUAL_OF(gru_gates);
CRNN_KERNEL_UNUSUAL_OF(gru_candidate);
#endif

/* crnn_kernels_<name>() of crnn_kernels.h, by the name that the source of every module gives it. */
const crnn_kernels *_Nonnull crnn_kernel_set(void) CRNN_NO_ALLOCATION
    __asm__("crnn_kernels_" CRNN_KERNEL_TEXT(CRNN_KERNEL_SET));

#ifdef CRNN_KERNEL_OFFSETS

extern const crnn_kernels crnn_kernel_offsets_of_set __asm__("crnn_offsets_" CRNN_KERNEL_TEXT(CRNN_KERNEL_SET))
    __attribute__((visibility("hidden")));
static inline const crnn_kernels *_Nonnull crnn_kernel_table(void) CRNN_NO_ALLOCATION { return &crnn_kernel_offsets_of_set; }

#else

/* A constant in the module that calls this: nothing is built or locked at run time. */
static inline const crnn_kernels *_Nonnull crnn_kernel_table(void) CRNN_NO_ALLOCATION {
#ifdef CRNN_WINOGRAD
  static const crnn_winograd winograd = {
      .input = crnn_kernel_winograd_input,
      .weights = crnn_kernel_winograd_weights,
      .multiply = crnn_kernel_winograd_multiply,
      .output = crnn_kernel_winograd_output,
  };
#endif
#define CRNN_ADDRESS(set, name) .name = crnn_kernel_##name,
  static const crnn_kernels table = {
      .name = CRNN_KERNEL_TEXT(CRNN_KERNEL_SET),
      CRNN_SUMS(CRNN_ADDRESS, )
#ifndef CRNN_SHARED_KERNELS
      CRNN_AFTER_SUMS(CRNN_ADDRESS, )
      CRNN_POINTWISE(CRNN_ADDRESS, )
      CRNN_STEPS(CRNN_ADDRESS, )
#endif
#ifdef CRNN_WINOGRAD
      .winograd = &winograd,
#endif
#ifdef CRNN_PAIRS
      .multiply_pairs = crnn_kernel_multiply_pairs,
#endif
  };
#undef CRNN_ADDRESS
  return &table;
}

#endif

#endif
