/* What a stream computes does not depend on how its frames arrive, and it says so when it is used wrongly. */
#include "sequences.h"

static const char *const models[] = { "stream.crnn", "last.crnn", "bounded.crnn", "pair.crnn", "strided.crnn",
                                      "lstm.crnn",   "rates.crnn" };
enum { MODELS = sizeof models / sizeof *models };

static void chunks_and_pieces_give_the_same_bits(void) {
  static const int32_t chunks[] = { 1, 2, 3, 7, 64 };
  for (int m = 0; m < MODELS; m++) {
    crnn_model *model = checks_open(models[m], NULL);
    sequence whole = sequence_begin(model, SEQUENCE_FRAMES), pieces = sequence_begin(model, SEQUENCE_FRAMES);
    sequence_run(&whole);
    for (size_t c = 0; c < sizeof chunks / sizeof *chunks; c++) {
      crnn_stream_options options = sequence_options(model, chunks[c]);
      crnn_stream *stream = NULL;
      CHECK_STATUS(CRNN_OK, crnn_stream_create(model, &options, &stream, NULL));
      for (int random = 0; random < 2; random++) {
        sequence_stream(&pieces, stream, chunks[c], random ? 0 : 1);
        CHECK(sequence_equal(&whole, &pieces));
        CHECK_STATUS(CRNN_OK, crnn_stream_reset(model, stream, NULL));
      }
      crnn_stream_destroy(stream);
    }
    sequence_end(&whole);
    sequence_end(&pieces);
    crnn_model_destroy(model);
  }
}

static void process_gives_the_same_bits(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  sequence whole = sequence_begin(model, SEQUENCE_FRAMES), pieces = sequence_begin(model, SEQUENCE_FRAMES);
  int64_t in_size = sequence_frame_size(&whole.input_info[0]), out_size = sequence_frame_size(&whole.output_info[0]);
  sequence_run(&whole);
  crnn_stream *stream = NULL;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(model, NULL, &stream, NULL));
  int64_t done = 0, got = 0;
  for (int64_t t = 0; t < SEQUENCE_FRAMES; t += 5) {
    crnn_array in = sequence_array(&whole.input_info[0], pieces.input[0] + t * in_size, 5);
    crnn_array out = sequence_array(&whole.output_info[0], pieces.output[0] + done * out_size, SEQUENCE_FRAMES - done);
    CHECK_STATUS(CRNN_OK, crnn_stream_process(model, stream, &in, t + 5 == SEQUENCE_FRAMES, &out, &got, NULL));
    done += got;
  }
  CHECK(done == whole.output_frames[0]);
  CHECK(sequence_equal(&whole, &pieces));
  crnn_stream_destroy(stream);
  sequence_end(&whole);
  sequence_end(&pieces);
  crnn_model_destroy(model);
}

static void process_calls_give_the_same_bits(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  sequence whole = sequence_begin(model, SEQUENCE_FRAMES), pieces = sequence_begin(model, SEQUENCE_FRAMES);
  int64_t in_size = sequence_frame_size(&whole.input_info[0]), out_size = sequence_frame_size(&whole.output_info[0]);
  sequence_run(&whole);
  crnn_stream *stream = NULL;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(model, NULL, &stream, NULL));
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_array in = sequence_array(&whole.input_info[0], pieces.input[0], 1);
  crnn_array out = sequence_array(&whole.output_info[0], pieces.output[0], SEQUENCE_FRAMES);
  crnn_process_call call = { sizeof call, model, stream, &in, &out, &error, 0, 0, 0 };
  for (int64_t t = 0; t < SEQUENCE_FRAMES; t++) {
    in.data = pieces.input[0] + t * in_size;
    call.finish = t + 1 == SEQUENCE_FRAMES;
    CHECK_STATUS(CRNN_OK, crnn_stream_process_call(&call));
    out.data = (float *)out.data + call.frames * out_size;
  }
  CHECK((float *)out.data == pieces.output[0] + whole.output_frames[0] * out_size);
  CHECK(sequence_equal(&whole, &pieces));
  CHECK_STATUS(CRNN_ERROR_FINISHED, crnn_stream_process_call(&call));
  CHECK(error.status == CRNN_ERROR_FINISHED && error.message[0]);
  crnn_stream_destroy(stream);
  sequence_end(&whole);
  sequence_end(&pieces);
  crnn_model_destroy(model);
}

static void process_without_room_consumes_nothing(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  sequence whole = sequence_begin(model, SEQUENCE_FRAMES), again = sequence_begin(model, SEQUENCE_FRAMES);
  sequence_run(&whole);
  crnn_stream *stream = NULL;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(model, NULL, &stream, NULL));
  crnn_array in = sequence_array(&again.input_info[0], again.input[0], SEQUENCE_FRAMES);
  crnn_array small = sequence_array(&again.output_info[0], again.output[0], 3);
  crnn_array room = sequence_array(&again.output_info[0], again.output[0], SEQUENCE_FRAMES);
  int64_t frames = -1;
  CHECK_STATUS(CRNN_ERROR_CAPACITY, crnn_stream_process(model, stream, &in, 1, &small, &frames, NULL));
  CHECK(frames == whole.output_frames[0]);
  for (int i = 0; i < 3 * sequence_frame_size(&again.output_info[0]); i++) CHECK(again.output[0][i] == 0);
  CHECK_STATUS(CRNN_OK, crnn_stream_process(model, stream, &in, 1, &room, &frames, NULL));
  CHECK(frames == whole.output_frames[0]);
  CHECK(sequence_equal(&whole, &again));
  crnn_stream_destroy(stream);
  sequence_end(&whole);
  sequence_end(&again);
  crnn_model_destroy(model);
}

static void output_that_is_not_pulled_holds_input_back(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  sequence whole = sequence_begin(model, SEQUENCE_FRAMES), again = sequence_begin(model, SEQUENCE_FRAMES);
  int64_t in_size = sequence_frame_size(&whole.input_info[0]), done[SEQUENCE_PORTS] = { 0 };
  int refused = 0;
  sequence_run(&whole);
  crnn_stream *stream = NULL;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(model, NULL, &stream, NULL));
  for (int64_t t = 0; t < SEQUENCE_FRAMES;) {
    crnn_array in = sequence_array(&whole.input_info[0], again.input[0] + t * in_size, 1);
    crnn_status status = crnn_stream_push(model, stream, 0, &in, NULL);
    CHECK(status == CRNN_OK || status == CRNN_ERROR_OUTPUT_PENDING);
    if (status == CRNN_OK) {
      t++;
    } else {
      refused++;
      sequence_pull(&again, stream, done);
    }
    if (refused > SEQUENCE_FRAMES) break;
  }
  CHECK(refused > 0);
  CHECK_STATUS(CRNN_OK, crnn_stream_finish(model, stream, 0, NULL));
  sequence_pull(&again, stream, done);
  CHECK(sequence_equal(&whole, &again));
  crnn_stream_destroy(stream);
  sequence_end(&whole);
  sequence_end(&again);
  crnn_model_destroy(model);
}

/* After nine frames the stream is copied; the original and the copy get the same rest, the copy after the original is
 * done and its memory overwritten. */
static void copy_of_stream(const char *name) {
  crnn_model *model = checks_open(name, NULL);
  sequence whole = sequence_begin(model, SEQUENCE_FRAMES);
  sequence first = sequence_begin(model, SEQUENCE_FRAMES), second = sequence_begin(model, SEQUENCE_FRAMES);
  const int64_t size = sequence_frame_size(&whole.output_info[0]), room = whole.output_frames[0];
  size_t bytes = 0;
  crnn_stream *stream = NULL;
  sequence_run(&whole);
  CHECK_STATUS(CRNN_OK, crnn_stream_size(model, NULL, &bytes, NULL));
  void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64), *copy = aligned_alloc(64, (bytes + 63) / 64 * 64);
  CHECK_STATUS(CRNN_OK, crnn_stream_init(model, memory, bytes, NULL, &stream, NULL));
  crnn_array head = sequence_array(&first.input_info[0], first.input[0], 9);
  float *rest = first.input[0] + 9 * sequence_frame_size(&first.input_info[0]);
  crnn_array tail = sequence_array(&first.input_info[0], rest, SEQUENCE_FRAMES - 9);
  crnn_array out = sequence_array(&first.output_info[0], first.output[0], room);
  int64_t begun = 0, frames = 0, frames_copy = 0;
  CHECK_STATUS(CRNN_OK, crnn_stream_process(model, stream, &head, 0, &out, &begun, NULL));
  memcpy(second.output[0], first.output[0], (size_t)(begun * size) * sizeof(float));
  memcpy(copy, memory, bytes);
  out = sequence_array(&first.output_info[0], first.output[0] + begun * size, room - begun);
  CHECK_STATUS(CRNN_OK, crnn_stream_process(model, stream, &tail, 1, &out, &frames, NULL));
  memset(memory, 0xA5, bytes);
  out = sequence_array(&second.output_info[0], second.output[0] + begun * size, room - begun);
  CHECK_STATUS(CRNN_OK, crnn_stream_process(model, (crnn_stream *)copy, &tail, 1, &out, &frames_copy, NULL));
  CHECK(begun + frames == room && frames == frames_copy);
  CHECK(sequence_equal(&whole, &first) && sequence_equal(&whole, &second));
  free(memory);
  free(copy);
  sequence_end(&whole);
  sequence_end(&first);
  sequence_end(&second);
  crnn_model_destroy(model);
}

static void a_copied_stream_goes_on_alike(void) {
  copy_of_stream("stream.crnn");
  copy_of_stream("lstm.crnn");
  copy_of_stream("strided.crnn");
  copy_of_stream("last.crnn");
}

static void after_the_end_nothing_is_taken(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  sequence s = sequence_begin(model, SEQUENCE_FRAMES);
  crnn_stream *stream = NULL;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(model, NULL, &stream, NULL));
  crnn_array in = sequence_array(&s.input_info[0], s.input[0], 1);
  CHECK_STATUS(CRNN_OK, crnn_stream_push(model, stream, 0, &in, NULL));
  CHECK_STATUS(CRNN_OK, crnn_stream_finish(model, stream, 0, NULL));
  CHECK_STATUS(CRNN_ERROR_FINISHED, crnn_stream_push(model, stream, 0, &in, NULL));
  CHECK_STATUS(CRNN_OK, crnn_stream_reset(model, stream, NULL));
  CHECK_STATUS(CRNN_OK, crnn_stream_push(model, stream, 0, &in, NULL));
  crnn_stream_destroy(stream);
  sequence_end(&s);
  crnn_model_destroy(model);
}

static void a_bounded_stream_ends_at_its_maximum(void) {
  crnn_model *model = checks_open("bounded.crnn", NULL);
  sequence s = sequence_begin(model, SEQUENCE_FRAMES);
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  crnn_stream *stream = NULL;
  crnn_error error = CRNN_ERROR_INITIALIZER;
  CHECK(crnn_model_is_bounded(model) == 1);
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_stream_create(model, &options, &stream, &error));
  CHECK(error.status == CRNN_ERROR_ARGUMENT && error.message[0]);
  CHECK(stream == NULL);
  options.maximum_frames = 10;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(model, &options, &stream, NULL));
  int64_t size = sequence_frame_size(&s.input_info[0]);
  for (int64_t t = 0; t < 10; t++) {
    crnn_array in = sequence_array(&s.input_info[0], s.input[0] + t * size, 1);
    CHECK_STATUS(CRNN_OK, crnn_stream_push(model, stream, 0, &in, NULL));
  }
  crnn_array more = sequence_array(&s.input_info[0], s.input[0], 1);
  CHECK_STATUS(CRNN_ERROR_TOO_LONG, crnn_stream_push(model, stream, 0, &more, NULL));
  crnn_stream_destroy(stream);
  sequence_end(&s);
  crnn_model_destroy(model);
}

static void what_is_not_a_stream_of_this_model_is_refused(void) {
  crnn_model *model = checks_open("stream.crnn", NULL), *other = checks_open("last.crnn", NULL);
  sequence s = sequence_begin(model, SEQUENCE_FRAMES);
  crnn_array in = sequence_array(&s.input_info[0], s.input[0], 1);
  crnn_array out = sequence_array(&s.output_info[0], s.output[0], 1);
  int64_t frames = 77;
  crnn_stream *stream = NULL;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(other, NULL, &stream, NULL));
  CHECK_STATUS(CRNN_ERROR_STREAM, crnn_stream_push(model, stream, 0, &in, NULL));
  CHECK_STATUS(CRNN_ERROR_STREAM, crnn_stream_pull(model, stream, 0, &out, &frames, NULL));
  CHECK_STATUS(CRNN_ERROR_STREAM, crnn_stream_process(model, stream, &in, 0, &out, &frames, NULL));
  CHECK_STATUS(CRNN_ERROR_STREAM, crnn_stream_finish(model, stream, 0, NULL));
  CHECK_STATUS(CRNN_ERROR_STREAM, crnn_stream_reset(model, stream, NULL));
  CHECK(frames == 77);
  crnn_stream_destroy(stream);
  static _Alignas(64) unsigned char nothing[4096];
  CHECK_STATUS(CRNN_ERROR_STREAM, crnn_stream_push(model, (crnn_stream *)nothing, 0, &in, NULL));
  CHECK_STATUS(CRNN_ERROR_STREAM, crnn_stream_reset(model, (crnn_stream *)nothing, NULL));
  sequence_end(&s);
  crnn_model_destroy(model);
  crnn_model_destroy(other);
}

static void special_floats(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  sequence zero = sequence_begin(model, 8), nan = sequence_begin(model, 8);
  sequence large = sequence_begin(model, 8), infinite = sequence_begin(model, 8);
  volatile float none = 0;
  for (int64_t i = 0; i < 8 * sequence_frame_size(&zero.input_info[0]); i++) {
    zero.input[0][i] = 0;
    nan.input[0][i] = none / none;
    large.input[0][i] = i % 2 ? 1e30f : -1e30f;
    infinite.input[0][i] = i % 2 ? 1 / none : -1 / none;
  }
  sequence_run(&zero);
  sequence_run(&nan);
  sequence_run(&large);
  sequence_run(&infinite);
  CHECK(sequence_equal(&zero, &nan));
  CHECK(sequence_equal(&large, &infinite));
  sequence_end(&zero);
  sequence_end(&nan);
  sequence_end(&large);
  sequence_end(&infinite);
  crnn_model_destroy(model);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  TEST(chunks_and_pieces_give_the_same_bits);
  TEST(process_gives_the_same_bits);
  TEST(process_calls_give_the_same_bits);
  TEST(process_without_room_consumes_nothing);
  TEST(output_that_is_not_pulled_holds_input_back);
  TEST(a_copied_stream_goes_on_alike);
  TEST(after_the_end_nothing_is_taken);
  TEST(a_bounded_stream_ends_at_its_maximum);
  TEST(what_is_not_a_stream_of_this_model_is_refused);
  TEST(special_floats);
  return checks_failed_tests != 0;
}
