/* Whether a call is alone in its stream, for builds that check it (CRNN_CHECKED: debug builds, and `CRNN_CHECKED=1 make`). The others
 * spend nothing on it: crnn_enter is always 1. */
#ifndef CRNN_CHECKED_H
#define CRNN_CHECKED_H

#include <stdint.h>

/* 1 and marks the stream, or 0 where another call has marked it. */
static inline int crnn_enter(int64_t *_Nonnull mark) {
#if defined(CRNN_CHECKED)
  return __atomic_exchange_n(mark, 1, __ATOMIC_ACQUIRE) == 0;
#else
  (void)mark;
  return 1;
#endif
}
static inline void crnn_leave(int64_t *_Nonnull mark) {
#if defined(CRNN_CHECKED)
  __atomic_store_n(mark, 0, __ATOMIC_RELEASE);
#else
  (void)mark;
#endif
}

#endif
