/* The smallest test harness that counts: a test is a function; it prints "ok NAME", or what went wrong and "not ok NAME". */
#ifndef CHECKS_H
#define CHECKS_H

#include <crnn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int checks_failed_here, checks_failed_tests;
static const char *checks_directory; /* the packed models that Tests/Build/models.py makes */

#define CHECK(condition)                                                                     \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      printf("  %s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                       \
      checks_failed_here = 1;                                                                \
    }                                                                                        \
  } while (0)

/* The call gives exactly this status; where it gave another, that one's name and sentence are printed. */
#define CHECK_STATUS(expected, call)                                                         \
  do {                                                                                       \
    crnn_status checks_status = (call);                                                      \
    if (checks_status != (expected)) {                                                       \
      printf("  %s:%d: %s gave %s, expected %s\n", __FILE__, __LINE__, #call,                \
             crnn_status_name(checks_status), crnn_status_name(expected));                   \
      checks_failed_here = 1;                                                                \
    }                                                                                        \
  } while (0)

#define TEST(name) checks_run(#name, name)

static inline void checks_run(const char *name, void (*test)(void)) {
  checks_failed_here = 0;
  test();
  printf("%s %s\n", checks_failed_here ? "not ok" : "ok", name);
  fflush(stdout);
  checks_failed_tests += checks_failed_here;
}

/* "skip NAME: REASON": a test that this machine cannot run. */
static inline void checks_skip(const char *name, const char *reason) { printf("skip %s: %s\n", name, reason); }

static inline void checks_begin(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: %s MODELS\n", arguments[0]);
    exit(2);
  }
  checks_directory = arguments[1];
}

/* The path of a model in the directory; valid until the next call. */
static inline const char *checks_path(const char *name) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/%s", checks_directory, name);
  return path;
}

/* A model that must open; without it no test has a meaning. */
static inline crnn_model *checks_open(const char *name, const char *isa) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_model_options options = CRNN_MODEL_OPTIONS_INITIALIZER;
  crnn_model *model = NULL;
  options.isa = isa;
  if (crnn_model_open(checks_path(name), &options, &model, &error)) {
    printf("not ok open %s: %s\n", name, error.message);
    exit(1);
  }
  return model;
}

/* A whole file in memory aligned for crnn_model_init; the caller frees it. */
static inline unsigned char *checks_read(const char *path, size_t *bytes) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    printf("not ok read %s\n", path);
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  long length = ftell(file);
  rewind(file);
  unsigned char *content = aligned_alloc(64, ((size_t)length + 63) / 64 * 64);
  if (!content || fread(content, 1, (size_t)length, file) != (size_t)length) {
    printf("not ok read %s\n", path);
    exit(1);
  }
  fclose(file);
  *bytes = (size_t)length;
  return content;
}

/* Repeatable values in -1...1. */
static inline void checks_fill(float *values, size_t count, unsigned seed) {
  for (size_t i = 0; i < count; i++) {
    seed = seed * 1664525u + 1013904223u;
    values[i] = (float)(int)(seed >> 8) / 8388608.0f - 1.0f;
  }
}

#endif
