/* How much memory this process has, from Linux. */
#ifndef PROCESS_MEMORY_H
#define PROCESS_MEMORY_H

#include <stdio.h>
#include <string.h>

/* Bytes after `key` ("Rss:", "Anonymous:") in /proc/self/smaps_rollup, which counts every page, unlike statm; -1 where
 * there is none. Takes no memory itself. */
static inline long long process_memory(const char *key) {
  static char buffer[1 << 16], line[256];
  long long kilobytes = -1, found;
  FILE *file = fopen("/proc/self/smaps_rollup", "r");
  if (!file) return -1;
  setvbuf(file, buffer, _IOFBF, sizeof buffer);
  while (fgets(line, sizeof line, file))
    if (!strncmp(line, key, strlen(key)) && sscanf(line + strlen(key), "%lld", &found) == 1) kilobytes = found;
  fclose(file);
  return kilobytes < 0 ? -1 : kilobytes * 1024;
}

#endif
