/* crnn::Decoder: greedy, a beam, pieces, refusals. Arguments: a model that reads text, and one that does not. */
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
  const crnn::Model model(arguments[1]);
  const auto width = static_cast<size_t>(crnn::detail::elements(model.input()));
  std::vector<float> columns(80 * width);
  for (size_t i = 0; i < columns.size(); i++) columns[i] = static_cast<float>(i * i % 19) / 9 - 1;
  const std::vector<float> frames = model.run(columns);
  for (const int32_t beam : {0, 1, 16}) {
    crnn_ctc_options options = CRNN_CTC_OPTIONS_INITIALIZER;
    options.width = beam;
    crnn::Decoder first(model, options);
    crnn::Decoder decoder(std::move(first));
    decoder.push(frames);
    const crnn::Reading whole = decoder.finish(80);
    CHECK(!whole.text.empty() && whole.confidence > 0 && whole.confidence <= 1);
    CHECK(whole.stable_count == static_cast<int32_t>(whole.symbols.size()));
    CHECK(whole.symbols.back().last_input < 80);
    for (int32_t rank = 1; rank < whole.count; rank++) CHECK(decoder.reading(rank).score <= whole.score);
    try {
      decoder.push(frames);
      CHECK(!"a finished decoder took frames");
    } catch (const crnn::Error &error) {
      CHECK(error.status() == CRNN_ERROR_FINISHED);
    }
    decoder.reset();
    const size_t classes = 5;
    for (size_t at = 0; at < frames.size(); at += classes) {
      const auto start = frames.begin() + static_cast<long>(at);
      decoder.push(std::vector<float>(start, start + static_cast<long>(classes)));
    }
    CHECK(decoder.finish(80).text == whole.text);
  }
  try {
    const crnn::Model other(arguments[2]);
    crnn::Decoder none(other);
    CHECK(!"a model without an alphabet was decoded");
  } catch (const crnn::Error &error) {
    CHECK(error.status() == CRNN_ERROR_ARGUMENT);
  }
  return failures != 0;
}
