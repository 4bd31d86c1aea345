/* A model with two inputs of different rates: rates.crnn takes two columns for each frame of features. */
#include "sequences.h"

enum { COLUMNS, FEATURES };

static crnn_stream *open_stream(const crnn_model *model, int32_t chunk) {
  crnn_stream_options options = sequence_options(model, chunk);
  crnn_stream *stream = NULL;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(model, &options, &stream, NULL));
  return stream;
}

/* Both ports end, what is left flows out, and all of it is what the whole sequence gives. */
static void end_both(const sequence *whole, sequence *s, crnn_stream *stream, int64_t *done) {
  CHECK_STATUS(CRNN_OK, crnn_stream_finish(s->model, stream, COLUMNS, NULL));
  CHECK_STATUS(CRNN_OK, crnn_stream_finish(s->model, stream, FEATURES, NULL));
  sequence_pull(s, stream, done);
  CHECK(sequence_equal(whole, s));
  crnn_stream_destroy(stream);
}

static void end_test(crnn_model *model, sequence *whole, sequence *s) {
  sequence_end(whole);
  sequence_end(s);
  crnn_model_destroy(model);
}

/* Pushes frames first..<last of an input; where that is refused, the sentence stands in `error`. */
static crnn_status push(sequence *s, crnn_stream *stream, int port, int64_t first, int64_t last, crnn_error *error) {
  crnn_port_info *info = &s->input_info[port];
  crnn_array frames = sequence_array(info, s->input[port] + first * sequence_frame_size(info), last - first);
  return crnn_stream_push(s->model, stream, port, &frames, error);
}

/* Pushes frames first..<last one by one, pulling in between. */
static void feed(sequence *s, crnn_stream *stream, int port, int64_t first, int64_t last, int64_t *done) {
  for (int64_t frame = first; frame < last; frame++) {
    CHECK_STATUS(CRNN_OK, push(s, stream, port, frame, frame + 1, NULL));
    sequence_pull(s, stream, done);
  }
}

static void ports_say_their_rates(void) {
  crnn_model *model = checks_open("rates.crnn", NULL);
  sequence s = sequence_begin(model, 20);
  CHECK(s.input_info[COLUMNS].rate_numerator == 2 && s.input_info[COLUMNS].rate_denominator == 1);
  CHECK(s.input_info[FEATURES].rate_numerator == 1 && s.input_info[FEATURES].rate_denominator == 1);
  CHECK(s.output_info[0].rate_numerator == 1 && s.output_info[1].per_sequence == 1);
  CHECK(s.input_frames[COLUMNS] == 40 && s.output_frames[0] == 20);
  sequence_end(&s);
  crnn_model_destroy(model);
}

/* One port runs ahead as far as it may: refused by name, nothing is lost, and the other port's frames make room again. */
static void a_port_that_runs_ahead_waits(void) {
  crnn_model *model = checks_open("rates.crnn", NULL);
  sequence whole = sequence_begin(model, 20), s = sequence_begin(model, 20);
  sequence_run(&whole);
  for (int32_t chunk = 1; chunk <= 4; chunk++) {
    crnn_stream *stream = open_stream(model, chunk);
    crnn_error error = CRNN_ERROR_INITIALIZER;
    int64_t done[SEQUENCE_PORTS] = { 0 }, pushed[2] = { 0 };
    int refusals = 0;
    while (pushed[FEATURES] < 20) {
      while (pushed[COLUMNS] < 40 && push(&s, stream, COLUMNS, pushed[COLUMNS], pushed[COLUMNS] + 1, &error) == CRNN_OK)
        pushed[COLUMNS]++;
      if (pushed[COLUMNS] < 40) {
        refusals++;
        CHECK(error.status == CRNN_ERROR_OUTPUT_PENDING);
        CHECK(strstr(error.message, "'columns'") != NULL);
        CHECK(pushed[COLUMNS] >= 2 * pushed[FEATURES]);
      }
      CHECK_STATUS(CRNN_OK, push(&s, stream, FEATURES, pushed[FEATURES], pushed[FEATURES] + 1, &error));
      pushed[FEATURES]++;
      sequence_pull(&s, stream, done);
    }
    CHECK(refusals > 0);
    feed(&s, stream, COLUMNS, pushed[COLUMNS], 40, done);
    end_both(&whole, &s, stream, done);
  }
  end_test(model, &whole, &s);
}

/* The port that is further behind takes its share of a chunk, which is what the fastest port takes: never a halt. */
static void the_port_behind_takes_its_share(void) {
  crnn_model *model = checks_open("rates.crnn", NULL);
  sequence whole = sequence_begin(model, 24), s = sequence_begin(model, 24);
  sequence_run(&whole);
  for (int32_t chunk = 1; chunk <= 12; chunk++) {
    crnn_stream *stream = open_stream(model, chunk);
    int64_t done[SEQUENCE_PORTS] = { 0 }, pushed[2] = { 0 };
    while (pushed[COLUMNS] < 48 || pushed[FEATURES] < 24) {
      int port = pushed[COLUMNS] <= 2 * pushed[FEATURES] && pushed[COLUMNS] < 48 ? COLUMNS : FEATURES;
      int64_t share = port == COLUMNS ? chunk : chunk > 1 ? chunk / 2 : 1;
      if (share > s.input_frames[port] - pushed[port]) share = s.input_frames[port] - pushed[port];
      CHECK_STATUS(CRNN_OK, push(&s, stream, port, pushed[port], pushed[port] + share, NULL));
      pushed[port] += share;
      sequence_pull(&s, stream, done);
    }
    end_both(&whole, &s, stream, done);
  }
  end_test(model, &whole, &s);
}

/* One port ends while the other goes on; frames flow until it has ended too. */
static void ports_end_by_themselves(void) {
  crnn_model *model = checks_open("rates.crnn", NULL);
  sequence whole = sequence_begin(model, 20), s = sequence_begin(model, 20);
  sequence_run(&whole);
  crnn_stream *stream = open_stream(model, 20);
  for (int first = 0; first < 2; first++) {
    int64_t done[SEQUENCE_PORTS] = { 0 };
    feed(&s, stream, COLUMNS, 0, first == COLUMNS ? 40 : 30, done);
    feed(&s, stream, FEATURES, 0, first == FEATURES ? 20 : 15, done);
    CHECK_STATUS(CRNN_OK, crnn_stream_finish(model, stream, first, NULL));
    sequence_pull(&s, stream, done);
    CHECK(done[0] == 15 && done[1] == 0);
    if (first == COLUMNS) feed(&s, stream, FEATURES, 15, 20, done);
    if (first == FEATURES) feed(&s, stream, COLUMNS, 30, 40, done);
    CHECK(done[0] == 20 && done[1] == 0);
    CHECK_STATUS(CRNN_OK, crnn_stream_finish(model, stream, 1 - first, NULL));
    sequence_pull(&s, stream, done);
    CHECK(done[1] == 1);
    CHECK(sequence_equal(&whole, &s));
    CHECK_STATUS(CRNN_OK, crnn_stream_reset(model, stream, NULL));
  }
  crnn_stream_destroy(stream);
  end_test(model, &whole, &s);
}

/* The port that ends too early is refused by name until the missing frames have come. */
static void a_port_cannot_end_too_early(void) {
  crnn_model *model = checks_open("rates.crnn", NULL);
  sequence whole = sequence_begin(model, 20), s = sequence_begin(model, 20);
  sequence_run(&whole);
  crnn_stream *stream = open_stream(model, 20);
  crnn_error error = CRNN_ERROR_INITIALIZER;
  int64_t done[SEQUENCE_PORTS] = { 0 };
  feed(&s, stream, FEATURES, 0, 20, done);
  feed(&s, stream, COLUMNS, 0, 37, done);
  /* The other port has 20 frames already, whether it has ended or not. */
  for (int ended = 0; ended < 2; ended++) {
    CHECK_STATUS(CRNN_ERROR_INCOMPLETE, crnn_stream_finish(model, stream, COLUMNS, &error));
    CHECK(strstr(error.message, "'columns' cannot end after 37 frames") != NULL);
    CHECK(strstr(error.message, "18 with 20 from 'features'") != NULL);
    if (!ended) CHECK_STATUS(CRNN_OK, crnn_stream_finish(model, stream, FEATURES, NULL));
  }
  sequence_pull(&s, stream, done);
  CHECK(done[1] == 0);
  feed(&s, stream, COLUMNS, 37, 40, done);
  CHECK_STATUS(CRNN_OK, crnn_stream_finish(model, stream, COLUMNS, &error));
  sequence_pull(&s, stream, done);
  CHECK(sequence_equal(&whole, &s));
  crnn_stream_destroy(stream);
  end_test(model, &whole, &s);
}

/* Past what goes with a port that has ended, nothing more is taken; an odd column makes no frame and is. */
static void a_port_cannot_outlast_another(void) {
  crnn_model *model = checks_open("rates.crnn", NULL);
  sequence s = sequence_begin(model, 20);
  crnn_stream *stream = open_stream(model, 20);
  crnn_error error = CRNN_ERROR_INITIALIZER;
  int64_t done[SEQUENCE_PORTS] = { 0 };
  feed(&s, stream, FEATURES, 0, 9, done);
  CHECK_STATUS(CRNN_OK, crnn_stream_finish(model, stream, FEATURES, NULL));
  feed(&s, stream, COLUMNS, 0, 18, done);
  CHECK_STATUS(CRNN_ERROR_TOO_LONG, push(&s, stream, COLUMNS, 18, 20, &error));
  CHECK(strstr(error.message, "'columns' cannot have 20 frames") != NULL);
  CHECK(strstr(error.message, "9 from 'features', which has ended") != NULL);
  CHECK_STATUS(CRNN_OK, push(&s, stream, COLUMNS, 18, 19, &error));
  CHECK_STATUS(CRNN_ERROR_TOO_LONG, push(&s, stream, COLUMNS, 19, 20, &error));
  CHECK_STATUS(CRNN_OK, crnn_stream_finish(model, stream, COLUMNS, NULL));
  sequence_pull(&s, stream, done);
  CHECK(done[0] == 9 && done[1] == 1);
  crnn_stream_destroy(stream);
  sequence_end(&s);
  crnn_model_destroy(model);
}

/* Whole sequences of lengths that do not fit are refused, and the outputs stay as they were. */
static void whole_sequences_must_fit(void) {
  crnn_model *model = checks_open("rates.crnn", NULL);
  sequence s = sequence_begin(model, 20);
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_array in[2] = { sequence_array(&s.input_info[0], s.input[0], 40), sequence_array(&s.input_info[1], s.input[1], 17) };
  crnn_array out[2] = { sequence_array(&s.output_info[0], s.output[0], 17), sequence_array(&s.output_info[1], s.output[1], 1) };
  CHECK_STATUS(CRNN_ERROR_INCOMPLETE, crnn_run(model, in, 2, out, 2, &error));
  CHECK(strstr(error.message, "'features' and 'columns'") != NULL);
  CHECK(strstr(error.message, "17 frames with 20") != NULL);
  for (int i = 0; i < 17 * 4; i++) CHECK(s.output[0][i] == 0);
  in[0].shape[0] = 34;
  CHECK_STATUS(CRNN_OK, crnn_run(model, in, 2, out, 2, &error));
  sequence_end(&s);
  crnn_model_destroy(model);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  TEST(ports_say_their_rates);
  TEST(a_port_that_runs_ahead_waits);
  TEST(the_port_behind_takes_its_share);
  TEST(ports_end_by_themselves);
  TEST(a_port_cannot_end_too_early);
  TEST(a_port_cannot_outlast_another);
  TEST(whole_sequences_must_fit);
  return checks_failed_tests > 0;
}
