/* Memory between two pages that must not be touched. */
#ifndef GUARDED_H
#define GUARDED_H

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct guarded {
  unsigned char *base, *memory, *end; /* memory ends where the forbidden page starts, or up to 15 filler bytes before */
  size_t mapped;
} guarded;

static inline guarded guarded_memory(size_t bytes) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (bytes + page - 1) / page * page;
  guarded g = { .mapped = room + 2 * page };
  g.base = mmap(NULL, g.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(g.base, page, PROT_NONE);
  g.end = g.base + page + room;
  mprotect(g.end, page, PROT_NONE);
  g.memory = g.end - (bytes + 15) / 16 * 16;
  memset(g.base + page, 0xA5, room);
  return g;
}

static inline int guarded_filler_intact(const guarded *g, size_t bytes) {
  for (const unsigned char *p = g->memory + bytes; p < g->end; p++)
    if (*p != 0xA5) return 0;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  for (const unsigned char *p = g->base + page; p < g->memory; p++)
    if (*p != 0xA5) return 0;
  return 1;
}

static inline void guarded_free(guarded *g) { munmap(g->base, g->mapped); }

#endif
