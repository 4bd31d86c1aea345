/* What a model says of time: rates, lookahead, and the input frames that an output frame comes from. */
#include "sequences.h"

static crnn_timing timing_of(const crnn_model *model, int32_t output, int32_t input) {
  crnn_timing timing = { .struct_size = sizeof timing, .reserved = 7 };
  CHECK_STATUS(CRNN_OK, crnn_model_timing(model, output, input, &timing, NULL));
  CHECK(timing.reserved == 0);
  return timing;
}

static void check_span(const crnn_model *model, int64_t frame, int64_t of, int64_t expected_first, int64_t expected_last) {
  int64_t first = -7, last = -7;
  CHECK_STATUS(CRNN_OK, crnn_model_span(model, 0, 0, frame, of, &first, &last, NULL));
  CHECK(first == expected_first && last == expected_last);
}

/* A convolution over three frames, one of them later, and a GRU. */
static void a_stream(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  const crnn_timing timing = timing_of(model, 0, 0);
  CHECK(timing.depends == 1 && timing.whole_past == 1 && timing.whole_sequence == 0);
  CHECK(timing.input_frames == 1 && timing.output_frames == 1);
  CHECK(timing.lookahead == 1 && timing.receptive_field == 3);
  check_span(model, 0, 10, 0, 1);
  check_span(model, 4, 10, 3, 5);
  check_span(model, 9, 10, 8, 9);
  check_span(model, 9, -1, 8, 10);
  crnn_model_destroy(model);
}

/* Frame i comes out when frame i + lookahead has gone in. */
static void frames_come_when_their_lookahead_has_come(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  const crnn_timing timing = timing_of(model, 0, 0);
  sequence s = sequence_begin(model, 12);
  const int64_t width = sequence_frame_size(&s.input_info[0]);
  crnn_stream *stream = NULL;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(model, NULL, &stream, NULL));
  for (int64_t i = 0; i < 12; i++) {
    crnn_array in = sequence_array(&s.input_info[0], s.input[0] + i * width, 1);
    crnn_array out = sequence_array(&s.output_info[0], s.output[0], 12);
    int64_t frames = -1;
    CHECK_STATUS(CRNN_OK, crnn_stream_process(model, stream, &in, 0, &out, &frames, NULL));
    CHECK(frames == (i >= timing.lookahead));
  }
  crnn_stream_destroy(stream);
  sequence_end(&s);
  crnn_model_destroy(model);
}

static void one_result_of_a_sequence(void) {
  crnn_model *model = checks_open("last.crnn", NULL);
  const crnn_timing timing = timing_of(model, 0, 0);
  CHECK(timing.depends == 1 && timing.whole_past == 1 && timing.whole_sequence == 1);
  CHECK(timing.input_frames == 0 && timing.output_frames == 0);
  CHECK(timing.lookahead == INT64_MAX && timing.receptive_field == INT64_MAX);
  check_span(model, 0, 12, 0, 11);
  check_span(model, 0, -1, 0, INT64_MAX - 1);
  crnn_model_destroy(model);
}

/* Both directions have a part in a frame, but it stands for one frame. */
static void a_backward_layer(void) {
  crnn_model *model = checks_open("bounded.crnn", NULL);
  const crnn_timing timing = timing_of(model, 0, 0);
  CHECK(timing.whole_past == 1 && timing.whole_sequence == 1 && timing.lookahead == INT64_MAX);
  CHECK(timing.input_frames == 1 && timing.output_frames == 1 && timing.receptive_field == 1);
  check_span(model, 5, 12, 5, 5);
  crnn_model_destroy(model);
}

static void two_inputs(void) {
  crnn_model *model = checks_open("pair.crnn", NULL);
  for (int32_t input = 0; input < 2; input++) {
    const crnn_timing timing = timing_of(model, 0, input);
    CHECK(timing.depends == 1 && timing.lookahead == 0 && timing.receptive_field == 1);
  }
  crnn_model_destroy(model);
}

static void bad_arguments_are_refused_and_nothing_is_written(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  crnn_timing timing = { .struct_size = sizeof timing, .lookahead = 42 };
  int64_t first = 42, last = 42;
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_model_timing(NULL, 0, 0, &timing, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_model_timing(model, 0, 0, NULL, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_model_span(NULL, 0, 0, 0, 9, &first, &last, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_model_span(model, 0, 0, 0, 9, NULL, &last, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_model_span(model, 0, 0, 0, 9, &first, NULL, NULL));
  static const int32_t ports[] = { -1, 1, INT32_MIN, INT32_MAX };
  for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
    crnn_error error = CRNN_ERROR_INITIALIZER;
    CHECK_STATUS(CRNN_ERROR_PORT, crnn_model_timing(model, ports[i], 0, &timing, &error));
    CHECK(error.status == CRNN_ERROR_PORT && error.message[0]);
    CHECK_STATUS(CRNN_ERROR_PORT, crnn_model_timing(model, 0, ports[i], &timing, NULL));
    CHECK_STATUS(CRNN_ERROR_PORT, crnn_model_span(model, ports[i], 0, 0, 9, &first, &last, NULL));
    CHECK_STATUS(CRNN_ERROR_PORT, crnn_model_span(model, 0, ports[i], 0, 9, &first, &last, NULL));
  }
  static const int64_t frames[] = { -1, INT64_MIN, INT64_MAX, ((int64_t)1 << 40) + 1 };
  for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
    CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_model_span(model, 0, 0, frames[i], 9, &first, &last, NULL));
    if (frames[i] != -1)
      CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_model_span(model, 0, 0, 0, frames[i], &first, &last, NULL));
  }
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_model_span(model, 0, 0, 0, 0, &first, &last, NULL));
  timing.struct_size = sizeof timing - 1;
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_model_timing(model, 0, 0, &timing, NULL));
  CHECK(timing.lookahead == 42 && first == 42 && last == 42);
  crnn_model_destroy(model);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  TEST(a_stream);
  TEST(frames_come_when_their_lookahead_has_come);
  TEST(one_result_of_a_sequence);
  TEST(a_backward_layer);
  TEST(two_inputs);
  TEST(bad_arguments_are_refused_and_nothing_is_written);
  return checks_failed_tests != 0;
}
