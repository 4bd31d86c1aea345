/* Classifies PNG and JPEG files with a packed model that carries its recipe for images and, mostly, its labels. Many at a time, on as
 * many threads as there are processors, in memory that does not grow with their number.
 *
 *     cc classify.c -lcrnn_image -lcrnn -pthread -o classify
 *     cc classify.c libcrnn_image.a libcrnn.a -lpng -ljpeg -pthread -o classify        (statically)
 *     ./classify digits.crnn seven.png eight.jpg
 *
 * One line for each file, in their order: its name, a tab, the label, a tab, the probability. A file that cannot be read is named on
 * standard error and the rest goes on; the exit status is then 1. A summary with the time goes to standard error.
 */
#define _POSIX_C_SOURCE 200809L

#include <crnn_image.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_THREADS = 64, BATCH = 256 }; /* files that are done before their lines are written */

/* One call of a task, on a thread of its own. */
typedef struct call {
  void (*task)(void *argument, int32_t index);
  void *argument;
  int32_t index;
} call;

static void *make_call(void *context) {
  const call *made = context;
  made->task(made->argument, made->index);
  return NULL;
}

/* What crnn_executor.run asks for: every task called, on threads that begin here and end here. */
static void run_tasks(void *context, void (*task)(void *, int32_t), void *argument, int32_t count) {
  pthread_t threads[MOST_THREADS];
  call calls[MOST_THREADS];
  int32_t begun = 1;
  (void)context;
  for (; begun < count; begun++) {
    calls[begun] = (call){ task, argument, begun };
    if (pthread_create(&threads[begun], NULL, make_call, &calls[begun]) != 0) break;
  }
  task(argument, 0);
  for (int32_t index = begun; index < count; index++) task(argument, index); /* for which there was no thread */
  for (int32_t index = 1; index < begun; index++) pthread_join(threads[index], NULL);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int fail(const char *subject, const char *message) {
  fprintf(stderr, "%s: %s\n", subject, message);
  return 1;
}

/* Line `index` of the text, or the number where there is none. */
static void print_label(const char *labels, int index) {
  for (int line = 0; labels != NULL && line < index; line++) {
    labels = strchr(labels, '\n');
    if (labels != NULL) labels++;
  }
  if (labels != NULL && *labels != 0) printf("%.*s", (int)strcspn(labels, "\n"), labels);
  else printf("%d", index);
}

int main(int count, char **arguments) {
  static crnn_classify_item items[BATCH];
  static crnn_class best[BATCH];
  static crnn_error errors[BATCH];
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_model *model;
  if (count < 3) {
    fprintf(stderr, "usage: %s MODEL.crnn IMAGE…\n", arguments[0]);
    return 2;
  }
  if (crnn_abi_check(CRNN_HEADER_VERSION)) return fail("libcrnn", "not the version this program was compiled for");
  if (crnn_model_open(arguments[1], NULL, &model, &error)) return fail(arguments[1], error.message);

  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  const crnn_executor executor = { sizeof executor, NULL, run_tasks,
                                   processors < 1 ? 1 : processors > MOST_THREADS ? MOST_THREADS : (int32_t)processors, 0 };
  crnn_classify_options options = CRNN_CLASSIFY_OPTIONS_INITIALIZER;
  options.executor = &executor;
  /* Without items: whether the model takes images at all. */
  if (crnn_classify_batch(model, &options, NULL, 0, NULL, NULL, &error)) return fail(arguments[1], error.message);

  const char *labels = crnn_model_text(model, "labels");
  int failures = 0;
  double start = now();
  for (int first = 2; first < count; first += BATCH) {
    int files = count - first < BATCH ? count - first : BATCH;
    for (int index = 0; index < files; index++) {
      errors[index] = (crnn_error)CRNN_ERROR_INITIALIZER;
      items[index] = (crnn_classify_item)CRNN_CLASSIFY_ITEM_INITIALIZER;
      items[index].path = arguments[first + index];
      items[index].classes = &best[index];
      items[index].class_count = 1;
      items[index].error = &errors[index];
    }
    /* What it returns is the status of its first item: each has its own. */
    crnn_classify_batch(model, &options, items, files, NULL, NULL, NULL);
    for (int index = 0; index < files; index++) {
      if (items[index].status != CRNN_OK) {
        failures += fail(items[index].path, errors[index].message);
        continue;
      }
      printf("%s\t", items[index].path);
      print_label(labels, best[index].index);
      printf("\t%.4f\n", best[index].confidence);
    }
  }
  int images = count - 2 - failures;
  if (images > 0) {
    fprintf(stderr, "%d images, %.0f us each, on %d threads\n", images, 1e6 * (now() - start) / images, (int)executor.width);
  }
  crnn_model_destroy(model);
  return failures > 0;
}
