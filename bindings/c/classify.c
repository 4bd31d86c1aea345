/* Classifies PNG and JPEG files with a packed model that carries its recipe for images and, mostly, its labels.
 *
 *     cc classify.c -lcrnn_image -lcrnn -o classify
 *     cc classify.c libcrnn_image.a libcrnn.a -lpng -ljpeg -o classify        (statically)
 *     ./classify digits.crnn seven.png eight.jpg
 *
 * One line for each file: its name, a tab, the label, a tab, the probability. A file that cannot be read is named on standard
 * error and the rest goes on; the exit status is then 1. A summary with the time and the memory goes to standard error.
 */
#define _POSIX_C_SOURCE 199309L

#include <crnn_image.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* All that classifying takes, made once. */
typedef struct classifier {
  crnn_model *model;
  crnn_stream *stream; /* one, reset before every image */
  crnn_stream_options options;
  crnn_image_recipe recipe;
  crnn_port_info input, output;
  int classes;
  float *probabilities;
  unsigned char *pixels;
  size_t capacity;
  double seconds; /* in the network */
} classifier;

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

static crnn_status open_classifier(classifier *self, const char *path, crnn_error *error) {
  crnn_status status = crnn_model_open(path, NULL, &self->model, error);
  if (status) return status;
  self->input.struct_size = self->output.struct_size = sizeof(crnn_port_info);
  if ((status = crnn_model_port(self->model, CRNN_INPUT, 0, &self->input, error))) return status;
  if ((status = crnn_model_port(self->model, CRNN_OUTPUT, 0, &self->output, error))) return status;

  self->recipe.struct_size = sizeof self->recipe;
  status = crnn_image_recipe_parse(crnn_model_text(self->model, "preprocess"), &self->recipe, error);
  if (status) return status;

  self->classes = 1;
  for (int axis = 0; axis < self->output.rank; axis++) self->classes *= (int)self->output.shape[axis];
  self->probabilities = malloc(sizeof(float) * (size_t)self->classes);
  if (self->probabilities != NULL) return CRNN_OK;
  snprintf(error->message, sizeof error->message, "no memory for %d classes", self->classes);
  return CRNN_ERROR_MEMORY;
}

/* From a file to the most probable class. */
static crnn_status classify(classifier *self, const char *path, int *best, crnn_error *error) {
  crnn_image image = CRNN_IMAGE_INITIALIZER;
  crnn_array frames, result;
  int64_t count;
  crnn_status status = crnn_image_decode_file(path, NULL, &image, error);
  if (status) return status;

  size_t needed = 0;
  status = crnn_image_prepare(&self->recipe, &image, &self->input, self->pixels, self->capacity, &frames, &needed, error);
  if (status == CRNN_ERROR_CAPACITY) {
    free(self->pixels);
    self->pixels = malloc(needed);
    self->capacity = self->pixels != NULL ? needed : 0;
    status = crnn_image_prepare(&self->recipe, &image, &self->input, self->pixels, self->capacity, &frames, NULL, error);
  }
  crnn_image_free(&image);
  if (status) return status;

  double start = now();
  if (self->stream == NULL) {
    if (crnn_model_is_bounded(self->model)) self->options.maximum_frames = frames.shape[0];
    if ((status = crnn_stream_create(self->model, &self->options, &self->stream, error))) return status;
  }
  if ((status = crnn_stream_reset(self->model, self->stream, error))) return status;
  /* One frame of output per image: an array of time x frame with one frame, in the port's own shape. */
  result = crnn_array_2d(self->probabilities, CRNN_F32, 1, 0);
  result.rank = self->output.rank + 1;
  memcpy(&result.shape[1], self->output.shape, sizeof self->output.shape);
  status = crnn_stream_process(self->model, self->stream, &frames, 1, &result, &count, error);
  self->seconds += now() - start;
  if (status) return status;

  *best = 0;
  for (int class = 1; class < self->classes; class++) {
    if (self->probabilities[class] > self->probabilities[*best]) *best = class;
  }
  return CRNN_OK;
}

int main(int count, char **arguments) {
  if (count < 3) {
    fprintf(stderr, "usage: %s MODEL.crnn IMAGE…\n", arguments[0]);
    return 2;
  }
  crnn_error error = CRNN_ERROR_INITIALIZER;
  classifier self = { .options = CRNN_STREAM_OPTIONS_INITIALIZER };
  if (crnn_abi_check(CRNN_HEADER_VERSION)) return fail("libcrnn", "not the version this program was compiled for");
  if (open_classifier(&self, arguments[1], &error)) return fail(arguments[1], error.message);

  int failures = 0, best;
  double start = now();
  const char *labels = crnn_model_text(self.model, "labels");
  for (int index = 2; index < count; index++) {
    if (classify(&self, arguments[index], &best, &error)) {
      failures += fail(arguments[index], error.message);
      continue;
    }
    printf("%s\t", arguments[index]);
    print_label(labels, best);
    printf("\t%.4f\n", self.probabilities[best]);
  }
  int images = count - 2 - failures;
  size_t bytes = 0;
  if (images > 0 && crnn_stream_size(self.model, &self.options, &bytes, NULL) == CRNN_OK) {
    fprintf(stderr, "%d images, %.0f us each, of which %.0f us in the network; a stream takes %zu bytes\n", images,
            1e6 * (now() - start) / images, 1e6 * self.seconds / images, bytes);
  }

  crnn_stream_destroy(self.stream);
  crnn_model_destroy(self.model);
  free(self.probabilities);
  free(self.pixels);
  return failures > 0;
}
