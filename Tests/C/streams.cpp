/* crnn.hpp: run, stream and refusals. Arguments: a model with one input and one output, and something that is no model. */
#include <crnn.hpp>

#include <cstdio>

#define CHECK(condition) \
  do { \
    if (!(condition)) { \
      std::printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      failures++; \
    } \
  } while (0)

int main(int count, char **arguments) {
  int failures = 0;
  if (count != 3) return 2;
  crnn::Model opened(arguments[1]);
  crnn::Model model(std::move(opened));
  CHECK(model.inputs() == 1 && model.outputs() == 1);
  CHECK(model.text("no such text").empty());

  const auto width = static_cast<size_t>(crnn::detail::elements(model.input()));
  std::vector<float> frames(40 * width);
  for (size_t i = 0; i < frames.size(); i++) frames[i] = static_cast<float>(i % 17) / 17 - 0.5f;
  const std::vector<float> whole = model.run(frames);
  CHECK(!whole.empty());

  model.prepare();
  CHECK(model.run(frames) == whole);

  const crnn_timing timing = model.timing();
  CHECK(timing.depends == 1);
  const auto span = model.span(0, 40);
  CHECK(span.first == 0 && span.second < 40 && (timing.receptive_field > 40 || span.second < timing.receptive_field));
  try {
    model.span(0, 40, 1);
    CHECK(!"an output that is not there has a span");
  } catch (const crnn::Error &error) {
    CHECK(error.status() == CRNN_ERROR_PORT);
  }

  crnn::Stream first(model, 3, 40);
  crnn::Stream stream(std::move(first));
  for (int sequence = 0; sequence < 2; sequence++) {
    std::vector<float> pieces;
    for (size_t start = 0; start < frames.size(); start += 7 * width) {
      const size_t end = start + 7 * width < frames.size() ? start + 7 * width : frames.size();
      const std::vector<float> piece(frames.begin() + static_cast<long>(start), frames.begin() + static_cast<long>(end));
      for (const float value : stream.push(piece)) pieces.push_back(value);
    }
    for (const float value : stream.finish()) pieces.push_back(value);
    CHECK(pieces == whole);
    try {
      stream.push(frames);
      CHECK(!"a finished stream took frames");
    } catch (const crnn::Error &error) {
      CHECK(error.status() == CRNN_ERROR_FINISHED);
    }
    stream.reset();
  }
  const std::vector<float> half(frames.begin(), frames.begin() + static_cast<long>(20 * width));
  const std::vector<float> rest(frames.begin() + static_cast<long>(20 * width), frames.end());
  std::vector<float> pieces = stream.push(half);
  crnn::Stream restored(model, stream.save());
  crnn::Stream moved(std::move(restored));
  for (const float value : moved.push(rest)) pieces.push_back(value);
  for (const float value : moved.finish()) pieces.push_back(value);
  CHECK(pieces == whole);
  try {
    crnn::Stream(model, std::vector<unsigned char>(400));
    CHECK(!"zeros were taken for a stream");
  } catch (const crnn::Error &error) {
    CHECK(error.status() == CRNN_ERROR_STREAM);
  }
  try {
    model.run(std::vector<float>(width + 1));
    CHECK(!"half a frame was taken");
  } catch (const crnn::Error &error) {
    CHECK(width == 1 || error.status() == CRNN_ERROR_SHAPE);
  }
  try {
    crnn::Model none(arguments[2]);
    CHECK(!"what is no model was opened");
  } catch (const crnn::Error &error) {
    CHECK(error.status() == CRNN_ERROR_FILE_MAGIC && error.what()[0] != 0);
  }
  return failures != 0;
}
