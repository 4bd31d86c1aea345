/* A stream is saved and goes on in another process; what is no saved stream of this model is refused; a damaged one cannot make the
 * engine leave its block; two threads in one stream are told. Built with AddressSanitizer and with the checks of debug builds. */
#include "sequences.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const models[] = { "stream.crnn", "last.crnn", "strided.crnn", "lstm.crnn", "bounded.crnn" };
enum { MODELS = sizeof models / sizeof *models, HALF = SEQUENCE_FRAMES / 2 };

static const char *program;

/* Frames `first`..<`end` of the sequence's one input through the stream, then its end; returns the output frames so far. */
static int64_t go_on(sequence *s, crnn_stream *stream, int64_t first, int64_t end, int finish, int64_t done) {
  int64_t frames = 0;
  crnn_array in = sequence_array(&s->input_info[0], s->input[0] + first * sequence_frame_size(&s->input_info[0]), end - first);
  crnn_array out = sequence_array(&s->output_info[0], s->output[0] + done * sequence_frame_size(&s->output_info[0]),
                                  s->output_frames[0] - done);
  CHECK_STATUS(CRNN_OK, crnn_stream_process(s->model, stream, &in, finish, &out, &frames, NULL));
  return done + frames;
}

/* A new stream that has had the first half of the sequence. */
static crnn_stream *half_way(sequence *s, int64_t *done) {
  crnn_stream_options options = sequence_options(s->model, 3);
  crnn_stream *stream = NULL;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(s->model, &options, &stream, NULL));
  *done = go_on(s, stream, 0, HALF, 0, 0);
  return stream;
}

static void write_file(const char *path, const void *bytes, size_t count) {
  FILE *file = fopen(path, "wb");
  CHECK(file && fwrite(bytes, 1, count, file) == count && fclose(file) == 0);
}

/* The other process: takes the stream from a file and leaves the rest of its output in another. */
static int child(char **arguments) {
  checks_directory = arguments[2];
  crnn_model *model = checks_open(arguments[3], "reference");
  int64_t done = atol(arguments[5]);
  sequence s = sequence_begin(model, SEQUENCE_FRAMES);
  size_t bytes;
  unsigned char *saved = checks_read(arguments[4], &bytes);
  crnn_stream *stream = NULL;
  CHECK_STATUS(CRNN_OK, crnn_stream_restore(model, saved, bytes, &stream, NULL));
  if (!stream) return 1;
  int64_t size = sequence_frame_size(&s.output_info[0]);
  CHECK(go_on(&s, stream, HALF, SEQUENCE_FRAMES, 1, done) == s.output_frames[0]);
  write_file(arguments[4], s.output[0] + done * size, (size_t)((s.output_frames[0] - done) * size) * sizeof(float));
  free(saved);
  sequence_end(&s);
  crnn_model_destroy(model);
  return checks_failed_here;
}

static void it_goes_on_in_another_process(void) {
  for (int m = 0; m < MODELS; m++) {
    crnn_model *model = checks_open(models[m], NULL);
    sequence expected = sequence_begin(model, SEQUENCE_FRAMES), actual = sequence_begin(model, SEQUENCE_FRAMES);
    sequence_run(&expected);
    int64_t done;
    crnn_stream *stream = half_way(&actual, &done);
    char path[] = "/tmp/crnn-saved-XXXXXX", before[24];
    close(mkstemp(path));
    write_file(path, stream, crnn_stream_bytes(stream));
    crnn_stream_destroy(stream);
    snprintf(before, sizeof before, "%ld", (long)done);
    fflush(stdout);
    pid_t process = fork();
    if (process == 0) {
      execl(program, program, "child", checks_directory, models[m], path, before, NULL);
      _exit(127);
    }
    int status = 1;
    CHECK(waitpid(process, &status, 0) == process && status == 0);
    size_t bytes, rest = (size_t)((actual.output_frames[0] - done) * sequence_frame_size(&actual.output_info[0]));
    unsigned char *output = checks_read(path, &bytes);
    CHECK(bytes == rest * sizeof(float));
    if (bytes == rest * sizeof(float)) {
      memcpy(actual.output[0] + done * sequence_frame_size(&actual.output_info[0]), output, bytes);
      CHECK(sequence_equal(&expected, &actual));
    }
    free(output);
    unlink(path);
    sequence_end(&expected);
    sequence_end(&actual);
    crnn_model_destroy(model);
  }
}

static void what_is_no_saved_stream_is_refused(void) {
  crnn_model *model = checks_open("stream.crnn", NULL), *other = checks_open("lstm.crnn", NULL);
  sequence s = sequence_begin(model, SEQUENCE_FRAMES);
  int64_t done;
  crnn_stream *stream = half_way(&s, &done), *result = NULL;
  size_t bytes = crnn_stream_bytes(stream);
  crnn_error error = CRNN_ERROR_INITIALIZER;
  CHECK(crnn_stream_bytes(NULL) == 0);
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_stream_restore(NULL, stream, bytes, &result, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_stream_restore(model, NULL, bytes, &result, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_stream_restore(model, stream, bytes, NULL, NULL));
  CHECK_STATUS(CRNN_ERROR_ALIGNMENT, crnn_stream_restore(model, (char *)stream + 4, bytes - 4, &result, NULL));
  CHECK_STATUS(CRNN_ERROR_STREAM, crnn_stream_restore(other, stream, bytes, &result, &error));
  CHECK(strstr(error.message, "another model") != NULL);
  CHECK_STATUS(CRNN_ERROR_CAPACITY, crnn_stream_restore(model, stream, bytes - 1, &result, &error));
  CHECK_STATUS(CRNN_ERROR_CAPACITY, crnn_stream_restore(model, stream, 8, &result, &error));
  unsigned char *copy = aligned_alloc(16, (bytes + 15) / 16 * 16);
  memcpy(copy, stream, bytes);
  copy[16]++; /* the number of the layout, behind 8 bytes that say what it is and 8 of the model */
  CHECK_STATUS(CRNN_ERROR_STREAM, crnn_stream_restore(model, copy, bytes, &result, &error));
  CHECK(strstr(error.message, "version") != NULL);
  copy[0]++;
  CHECK_STATUS(CRNN_ERROR_STREAM, crnn_stream_restore(model, copy, bytes, &result, &error));
  CHECK(result == NULL && crnn_stream_bytes((crnn_stream *)copy) == 0);
  /* The stream that was asked about goes on. */
  go_on(&s, stream, HALF, SEQUENCE_FRAMES, 1, done);
  free(copy);
  crnn_stream_destroy(stream);
  sequence_end(&s);
  crnn_model_destroy(model);
  crnn_model_destroy(other);
}

/* Restores a block of exactly its size, which was changed, and runs what is taken to its end. Returns whether it was taken. */
static int try_changed(sequence *s, void *copy, size_t bytes) {
  crnn_stream *damaged = NULL;
  crnn_status status = crnn_stream_restore(s->model, copy, bytes, &damaged, NULL);
  if (status != CRNN_OK) {
    CHECK(status == CRNN_ERROR_STREAM || status == CRNN_ERROR_CAPACITY);
    return 0;
  }
  int64_t frames = 1;
  crnn_array in = sequence_array(&s->input_info[0], s->input[0], 20);
  crnn_array out = sequence_array(&s->output_info[0], s->output[0], s->output_frames[0]);
  crnn_status pushed = crnn_stream_process(s->model, damaged, &in, 1, &out, &frames, NULL);
  CHECK(pushed == CRNN_OK || (pushed >= 100 && pushed < 500));
  return 1;
}

/* Each byte changed in several ways. */
static void a_damaged_stream_stays_in_its_block(void) {
  static const unsigned char changes[] = { 0x01, 0x10, 0x80, 0xFF };
  unsigned long taken = 0, refused = 0;
  for (int m = 0; m < 2; m++) {
    crnn_model *model = checks_open(m ? "bounded.crnn" : "strided.crnn", NULL);
    sequence s = sequence_begin(model, SEQUENCE_FRAMES);
    int64_t done;
    crnn_stream *stream = half_way(&s, &done);
    size_t bytes = crnn_stream_bytes(stream);
    for (size_t at = 0; at < bytes; at++)
      for (size_t c = 0; c < sizeof changes; c++) {
        unsigned char *copy = aligned_alloc(16, bytes);
        memcpy(copy, stream, bytes);
        copy[at] ^= changes[c];
        if (try_changed(&s, copy, bytes)) taken++;
        else refused++;
        free(copy);
      }
    crnn_stream_destroy(stream);
    sequence_end(&s);
    crnn_model_destroy(model);
  }
  CHECK(taken > 1000 && refused > 100);
  printf("  %lu changed streams were taken and run, %lu refused\n", taken, refused);
}

/* Counts that agree with each other: so many frames were made, all of them pulled, and by whom. They lie among the first numbers of 64 bits,
 * those of a tensor two apart. */
static void counts_that_agree_are_looked_at(void) {
  enum { NUMBERS = 36 };
  crnn_model *model = checks_open("peak.crnn", NULL);
  sequence s = sequence_begin(model, SEQUENCE_FRAMES);
  int64_t done, changed[NUMBERS];
  crnn_stream *stream = half_way(&s, &done);
  size_t bytes = crnn_stream_bytes(stream);
  CHECK(bytes > sizeof changed);
  for (int made = 8; made < NUMBERS - 2; made++)
    for (int by = made + 3; by < NUMBERS; by++) {
      unsigned char *copy = aligned_alloc(16, bytes);
      memcpy(copy, stream, bytes);
      memcpy(changed, copy, sizeof changed);
      changed[made] = changed[made + 2] = changed[by] = 2;
      memcpy(copy, changed, sizeof changed);
      try_changed(&s, copy, bytes);
      free(copy);
    }
  crnn_stream_destroy(stream);
  sequence_end(&s);
  crnn_model_destroy(model);
}

static atomic_int is_pushing;

typedef struct long_run {
  sequence *s;
  crnn_stream *stream;
} long_run;

static void *push_for_long(void *argument) {
  long_run *run = argument;
  while (atomic_load(&is_pushing)) {
    int64_t frames;
    crnn_array in = sequence_array(&run->s->input_info[0], run->s->input[0], HALF);
    crnn_array out = sequence_array(&run->s->output_info[0], run->s->output[0], run->s->output_frames[0]);
    crnn_status status = crnn_stream_process(run->s->model, run->stream, &in, 0, &out, &frames, NULL);
    if (status != CRNN_OK && status != CRNN_ERROR_STREAM) break;
  }
  return NULL;
}

static void two_threads_in_one_stream_are_told(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  sequence s = sequence_begin(model, SEQUENCE_FRAMES);
  crnn_stream_options options = sequence_options(model, 1);
  long_run run = { &s, NULL };
  CHECK_STATUS(CRNN_OK, crnn_stream_create(model, &options, &run.stream, NULL));
  crnn_error error = CRNN_ERROR_INITIALIZER;
  pthread_t thread;
  int told = 0;
  atomic_store(&is_pushing, 1);
  CHECK(pthread_create(&thread, NULL, push_for_long, &run) == 0);
  for (long i = 0; i < 100000000 && !told; i++) told = crnn_stream_reset(model, run.stream, &error) == CRNN_ERROR_STREAM;
  atomic_store(&is_pushing, 0);
  pthread_join(thread, NULL);
  CHECK(told && strstr(error.message, "another thread") != NULL);
  CHECK_STATUS(CRNN_OK, crnn_stream_reset(model, run.stream, &error));
  crnn_stream_destroy(run.stream);
  sequence_end(&s);
  crnn_model_destroy(model);
}

int main(int count, char **arguments) {
  program = arguments[0];
  if (count == 6 && strcmp(arguments[1], "child") == 0) return child(arguments);
  checks_begin(count, arguments);
  TEST(it_goes_on_in_another_process);
  TEST(what_is_no_saved_stream_is_refused);
  TEST(a_damaged_stream_stays_in_its_block);
  TEST(counts_that_agree_are_looked_at);
  TEST(two_threads_in_one_stream_are_told);
  return checks_failed_tests > 0;
}
