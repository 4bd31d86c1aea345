/* An executor of threads of its own for each call: what crnn_batch_run asks of its caller, in the fewest lines. */
#ifndef EXECUTOR_H
#define EXECUTOR_H

#include <crnn.h>
#include <pthread.h>
#include <stdlib.h>

enum { EXECUTOR_THREADS = 64 };

typedef struct executor_thread {
  pthread_t thread;
  void (*task)(void *, int32_t);
  void *argument;
  int32_t index;
} executor_thread;

static void *executor_call(void *context) {
  executor_thread *t = context;
  t->task(t->argument, t->index);
  return NULL;
}

static void executor_run(void *context, void (*task)(void *, int32_t), void *argument, int32_t count) {
  executor_thread threads[EXECUTOR_THREADS];
  (void)context;
  for (int32_t i = 0; i < count; i++) {
    threads[i] = (executor_thread){ .task = task, .argument = argument, .index = i };
    if (i && pthread_create(&threads[i].thread, NULL, executor_call, &threads[i])) abort();
  }
  executor_call(&threads[0]);
  for (int32_t i = 1; i < count; i++) pthread_join(threads[i].thread, NULL);
}

static inline crnn_executor executor_of(int32_t width) {
  return (crnn_executor){ sizeof(crnn_executor), NULL, executor_run, width, 0 };
}

#endif
