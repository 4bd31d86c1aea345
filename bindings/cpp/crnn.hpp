/* crnn for C++17: models and streams that end with their scope, errors as exceptions. Header-only, over crnn.h.
 *
 *     #include <crnn.hpp>
 *     #include <cstdio>
 *
 *     int main() {
 *       crnn::Model model("keywords.crnn");
 *       std::vector<float> frames(49 * 10);                 // time x frame, one after another
 *       std::vector<float> scores = model.run(frames);
 *       std::printf("%zu values\n", scores.size());
 *
 *       crnn::Stream stream(model);                         // the same as it arrives
 *       std::vector<float> ready = stream.push(frames);
 *       std::vector<float> rest = stream.finish();
 *     }
 *
 * These classes serve networks with one input and one output port, in float. For more ports, other element types or memory of
 * your own, call the functions of crnn.h on handle(). Threads: as crnn.h says, a Model from any number of threads, a Stream from
 * one at a time.
 */
#ifndef CRNN_HPP
#define CRNN_HPP

#include <crnn.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace crnn {

/* What a function of crnn.h refused: its sentence, and the status (CRNN_ERROR_*). */
class Error : public std::runtime_error {
 public:
  Error(crnn_status status, const char *message)
      : std::runtime_error(message[0] ? message : crnn_status_text(status)), status_(status) {}
  crnn_status status() const noexcept { return status_; }

 private:
  crnn_status status_;
};

namespace detail {

inline void check(crnn_status status, const crnn_error &error) {
  if (status != CRNN_OK) throw Error(status, error.message);
}

inline crnn_error no_error() { return CRNN_ERROR_INITIALIZER; }

/* Values of one frame. */
inline int64_t elements(const crnn_port_info &port) {
  int64_t count = 1;
  for (int32_t axis = 0; axis < port.rank; axis++) count *= port.shape[axis];
  return count;
}

/* `frames` frames of a port as a dense array of floats. */
inline crnn_array array(const crnn_port_info &port, float *data, int64_t frames) {
  crnn_array result = {};
  result.struct_size = sizeof result;
  result.data = data;
  result.dtype = CRNN_F32;
  result.rank = port.rank + 1;
  result.shape[0] = frames;
  for (int32_t axis = 0; axis < port.rank; axis++) result.shape[axis + 1] = port.shape[axis];
  return result;
}

/* How many frames `values` holds. Throws where it is no whole number of them. */
inline int64_t frames(const crnn_port_info &port, const std::vector<float> &values) {
  const auto width = static_cast<size_t>(elements(port));
  if (values.size() % width != 0) throw Error(CRNN_ERROR_SHAPE, "the values are no whole number of frames");
  return static_cast<int64_t>(values.size() / width);
}

}  // namespace detail

/* A network. May be moved, not copied. */
class Model {
 public:
  /* Maps the file, or with `copy` reads it into memory (crnn_model_open). `isa`: an instruction set's name, or empty for the best.
   * Throws Error. */
  explicit Model(const std::string &path, const std::string &isa = std::string(), bool copy = false) {
    crnn_model_options options = CRNN_MODEL_OPTIONS_INITIALIZER;
    options.isa = isa.empty() ? nullptr : isa.c_str();
    options.copy_file = copy;
    crnn_error error = detail::no_error();
    detail::check(crnn_model_open(path.c_str(), &options, &model_, &error), error);
  }
  ~Model() { crnn_model_destroy(model_); }
  Model(Model &&other) noexcept : model_(std::exchange(other.model_, nullptr)), weights_(std::move(other.weights_)) {}
  Model &operator=(Model &&other) noexcept {
    std::swap(model_, other.model_);
    std::swap(weights_, other.weights_);
    return *this;
  }
  Model(const Model &) = delete;
  Model &operator=(const Model &) = delete;

  const crnn_model *handle() const noexcept { return model_; }
  int32_t inputs() const noexcept { return crnn_model_port_count(model_, CRNN_INPUT); }
  int32_t outputs() const noexcept { return crnn_model_port_count(model_, CRNN_OUTPUT); }
  bool is_bounded() const noexcept { return crnn_model_is_bounded(model_) != 0; }

  crnn_port_info input(int32_t index = 0) const { return port(CRNN_INPUT, index); }
  crnn_port_info output(int32_t index = 0) const { return port(CRNN_OUTPUT, index); }

  /* How an output follows an input in time: rates, lookahead, receptive field. Throws Error. */
  crnn_timing timing(int32_t output = 0, int32_t input = 0) const {
    crnn_timing timing = {};
    timing.struct_size = sizeof timing;
    crnn_error error = detail::no_error();
    detail::check(crnn_model_timing(model_, output, input, &timing, &error), error);
    return timing;
  }

  /* The first and the last input frame that output frame `frame` comes from; `input_frames`: of the whole sequence, -1: not
   * known. See crnn_model_span. Throws Error. */
  std::pair<int64_t, int64_t> span(int64_t frame, int64_t input_frames = -1, int32_t output = 0, int32_t input = 0) const {
    std::pair<int64_t, int64_t> result;
    crnn_error error = detail::no_error();
    detail::check(
        crnn_model_span(model_, output, input, frame, input_frames, &result.first, &result.second, &error), error);
    return result;
  }

  /* Transforms the weights of large convolutions into memory of the model's own; returns the bytes, 0 where nothing is gained. No stream of
   * the model may be running. See crnn_model_prepare. Throws Error. */
  size_t prepare() {
    size_t bytes = 0;
    crnn_error error = detail::no_error();
    detail::check(crnn_model_prepare_size(model_, &bytes, &error), error);
    if (bytes == 0 || !weights_.empty()) return bytes;
    weights_.resize(bytes + 63);
    void *memory = weights_.data();
    size_t room = weights_.size();
    std::align(64, bytes, memory, room);
    detail::check(crnn_model_prepare(model_, memory, bytes, &error), error);
    return bytes;
  }

  /* A text of the file ("labels", "alphabet", …), empty where it has none of that name. */
  std::string text(const std::string &key) const {
    const char *value = crnn_model_text(model_, key.c_str());
    return value ? value : "";
  }

  /* One whole sequence: time x frame in, time x frame out. */
  std::vector<float> run(const std::vector<float> &values) const {
    const crnn_port_info from = input(), to = output();
    const int64_t count = detail::frames(from, values);
    crnn_error error = detail::no_error();
    int64_t given = 0;
    detail::check(crnn_model_output_frames(model_, 0, &count, 1, &given, &error), error);
    std::vector<float> result(static_cast<size_t>(given * detail::elements(to)));
    /* Inputs are only read. */
    const crnn_array source = detail::array(from, const_cast<float *>(values.data()), count);
    const crnn_array target = detail::array(to, result.data(), given);
    detail::check(crnn_run(model_, &source, 1, &target, 1, &error), error);
    return result;
  }

 private:
  crnn_port_info port(crnn_direction direction, int32_t index) const {
    crnn_port_info info = {};
    info.struct_size = sizeof info;
    crnn_error error = detail::no_error();
    detail::check(crnn_model_port(model_, direction, index, &info, &error), error);
    return info;
  }

  crnn_model *model_ = nullptr;
  std::vector<unsigned char> weights_; /* prepared */
};

/* One running sequence over a model, which must outlive it. May be moved, not copied. */
class Stream {
 public:
  /* `maximum_frames`: the longest sequence, needed where the model is bounded; 0: without end. Throws Error. */
  explicit Stream(const Model &model, int32_t chunk = 1, int64_t maximum_frames = 0)
      : model_(model.handle()), from_(model.input()), to_(model.output()) {
    crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
    options.chunk = chunk;
    options.maximum_frames = maximum_frames;
    crnn_error error = detail::no_error();
    detail::check(crnn_stream_create(model_, &options, &stream_, &error), error);
  }
  /* A stream that goes on where save() left one, in this process or another. Throws Error where the bytes are of another model
   * or another version of the library, cut short or damaged. */
  Stream(const Model &model, const std::vector<unsigned char> &saved)
      : model_(model.handle()), from_(model.input()), to_(model.output()),
        memory_(new unsigned char[saved.size() + CRNN_MEMORY_ALIGNMENT]) {
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.get());
    unsigned char *aligned = memory_.get() + (CRNN_MEMORY_ALIGNMENT - address % CRNN_MEMORY_ALIGNMENT) % CRNN_MEMORY_ALIGNMENT;
    std::copy(saved.begin(), saved.end(), aligned);
    crnn_error error = detail::no_error();
    detail::check(crnn_stream_restore(model_, aligned, saved.size(), &stream_, &error), error);
  }
  ~Stream() {
    if (!memory_) crnn_stream_destroy(stream_);
  }
  Stream(Stream &&other) noexcept
      : model_(other.model_), from_(other.from_), to_(other.to_), stream_(std::exchange(other.stream_, nullptr)),
        memory_(std::move(other.memory_)) {}
  Stream &operator=(Stream &&other) noexcept {
    std::swap(model_, other.model_);
    std::swap(from_, other.from_);
    std::swap(to_, other.to_);
    std::swap(stream_, other.stream_);
    std::swap(memory_, other.memory_);
    return *this;
  }
  Stream(const Stream &) = delete;
  Stream &operator=(const Stream &) = delete;

  crnn_stream *handle() const noexcept { return stream_; }

  /* Takes frames (time x frame) and returns what is ready. On an Error nothing was taken. */
  std::vector<float> push(const std::vector<float> &values) {
    const crnn_array source =
        detail::array(from_, const_cast<float *>(values.data()), detail::frames(from_, values));
    return process(&source, 0);
  }

  /* Ends the sequence and returns the rest. */
  std::vector<float> finish() { return process(nullptr, 1); }

  /* What the other constructor takes, at any time between two calls. */
  std::vector<unsigned char> save() const {
    const auto *bytes = reinterpret_cast<const unsigned char *>(stream_);
    return std::vector<unsigned char>(bytes, bytes + crnn_stream_bytes(stream_));
  }

  /* Begins a new sequence. */
  void reset() {
    crnn_error error = detail::no_error();
    detail::check(crnn_stream_reset(model_, stream_, &error), error);
  }

 private:
  /* Without room nothing is consumed and the room needed is told: ask first, then run. */
  std::vector<float> process(const crnn_array *source, int32_t finish) {
    crnn_error error = detail::no_error();
    std::vector<float> result;
    float none = 0;
    int64_t count = 0;
    crnn_array target = detail::array(to_, &none, 0);
    crnn_status status = crnn_stream_process(model_, stream_, source, finish, &target, &count, &error);
    if (status == CRNN_ERROR_CAPACITY) {
      result.resize(static_cast<size_t>(count * detail::elements(to_)));
      target = detail::array(to_, result.data(), count);
      error = detail::no_error();
      status = crnn_stream_process(model_, stream_, source, finish, &target, &count, &error);
    }
    detail::check(status, error);
    return result;
  }

  const crnn_model *model_;
  crnn_port_info from_, to_;
  crnn_stream *stream_ = nullptr;
  std::unique_ptr<unsigned char[]> memory_; /* of a stream that was restored; others are the library's */
};

/* A text that a Decoder has read. The symbols' text_offset and text_bytes are places in `text`. */
struct Reading {
  std::string text; /* UTF-8 */
  std::vector<crnn_ctc_symbol> symbols;
  float confidence = 0;
  double log_probability = 0, score = 0;
  int32_t stable_count = 0;
  int32_t count = 0; /* ranks that there are */
  bool is_complete = false, is_truncated = false;
};

/* Text from the frames of a model that was trained with CTC. The model, and what the options point to, must outlive it. May be moved,
 * not copied.
 *
 *     crnn_ctc_options options = CRNN_CTC_OPTIONS_INITIALIZER;
 *     options.width = 16;
 *     crnn::Decoder decoder(model, options);
 *     decoder.push(model.run(columns));
 *     std::puts(decoder.finish().text.c_str());
 */
class Decoder {
 public:
  /* Greedy, unless the options have a width. Throws Error. */
  explicit Decoder(const Model &model, const crnn_ctc_options &options = CRNN_CTC_OPTIONS_INITIALIZER)
      : port_(model.output(options.output)) {
    crnn_error error = detail::no_error();
    detail::check(crnn_ctc_create(model.handle(), &options, &decoder_, &error), error);
  }
  ~Decoder() { crnn_ctc_destroy(decoder_); }
  Decoder(Decoder &&other) noexcept : port_(other.port_), decoder_(std::exchange(other.decoder_, nullptr)) {}
  Decoder &operator=(Decoder &&other) noexcept {
    std::swap(port_, other.port_);
    std::swap(decoder_, other.decoder_);
    return *this;
  }
  Decoder(const Decoder &) = delete;
  Decoder &operator=(const Decoder &) = delete;

  crnn_ctc *handle() const noexcept { return decoder_; }

  /* Takes frames of the model's output (time x frame). On an Error nothing was taken. */
  void push(const std::vector<float> &values) {
    const crnn_array frames =
        detail::array(port_, const_cast<float *>(values.data()), detail::frames(port_, values));
    crnn_error error = detail::no_error();
    detail::check(crnn_ctc_push(decoder_, &frames, &error), error);
  }

  /* The text so far, and after finish() the text; with a rank above 0, the next best ones. Throws Error. */
  Reading reading(int32_t rank = 0) const {
    crnn_ctc_result result = CRNN_CTC_RESULT_INITIALIZER;
    crnn_error error = detail::no_error();
    detail::check(crnn_ctc_result_at(decoder_, rank, &result, &error), error);
    Reading reading;
    reading.text.assign(result.text, result.text_bytes);
    reading.symbols.assign(result.symbols, result.symbols + result.symbol_count);
    reading.confidence = result.confidence;
    reading.log_probability = result.log_probability;
    reading.score = result.score;
    reading.stable_count = result.stable_count;
    reading.count = result.count;
    reading.is_complete = result.is_complete != 0;
    reading.is_truncated = result.is_truncated != 0;
    return reading;
  }

  /* Ends the sequence and returns the best text. `input_frames`: its length at the input port, to which spans are cut; -1: not
   * known. Throws Error. */
  Reading finish(int64_t input_frames = -1) {
    crnn_error error = detail::no_error();
    detail::check(crnn_ctc_finish(decoder_, input_frames, &error), error);
    return reading();
  }

  /* Begins a new sequence. */
  void reset() {
    crnn_error error = detail::no_error();
    detail::check(crnn_ctc_reset(decoder_, &error), error);
  }

 private:
  crnn_port_info port_;
  crnn_ctc *decoder_ = nullptr;
};

}  // namespace crnn

#endif
