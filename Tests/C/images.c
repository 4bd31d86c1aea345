/* Every bad argument of crnn_image.h gets its status, and nothing is written. In the words that C99 and C++ share. */
#include <crnn_image.h>

#include <stdio.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);            \
      failures++;                                                               \
    }                                                                           \
  } while (0)

static void decoding(const char *path) {
  crnn_image image = CRNN_IMAGE_INITIALIZER;
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_image_options options = CRNN_IMAGE_OPTIONS_INITIALIZER;

  CHECK(crnn_image_decode_file(NULL, NULL, &image, &error) == CRNN_ERROR_ARGUMENT);
  CHECK(error.status == CRNN_ERROR_ARGUMENT && error.message[0] != 0);
  CHECK(crnn_image_decode_file(path, NULL, NULL, NULL) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_image_decode_memory(NULL, 0, NULL, &image, NULL) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_image_decode_memory("", 0, NULL, &image, NULL) == CRNN_ERROR_IMAGE_FORMAT);
  CHECK(crnn_image_decode_memory(path, (size_t)-1, NULL, &image, NULL) == CRNN_ERROR_ARGUMENT);
  options.maximum_pixels = -1;
  CHECK(crnn_image_decode_file(path, &options, &image, NULL) == CRNN_ERROR_ARGUMENT);
  options.maximum_pixels = 11;
  CHECK(crnn_image_decode_file(path, &options, &image, &error) == CRNN_ERROR_IMAGE_TOO_LARGE);
  CHECK(strstr(error.message, "4 x 3") != NULL);
  options.maximum_pixels = 12;
  options.struct_size = 0;
  CHECK(crnn_image_decode_file(path, &options, &image, NULL) == CRNN_ERROR_ARGUMENT);
  CHECK(image.pixels == NULL && image.width == 0);

  options.struct_size = sizeof options;
  CHECK(crnn_image_decode_file(path, &options, &image, NULL) == CRNN_OK);
  CHECK(image.width == 4 && image.height == 3 && image.channels == 1);
  CHECK(image.pixels != NULL && image.pixels[11] == 11);
  crnn_image_free(&image);
  CHECK(image.pixels == NULL);
  crnn_image_free(&image);
  crnn_image_free(NULL);
  image.struct_size = 0;
  CHECK(crnn_image_decode_file(path, NULL, &image, NULL) == CRNN_ERROR_ARGUMENT);
}

static void recipes(void) {
  crnn_image_recipe recipe = CRNN_IMAGE_RECIPE_INITIALIZER;
  crnn_error error = CRNN_ERROR_INITIALIZER;
  CHECK(crnn_image_recipe_parse("grey", NULL, NULL) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_image_recipe_parse(NULL, &recipe, &error) == CRNN_ERROR_RECIPE);
  CHECK(crnn_image_recipe_parse("gray", &recipe, &error) == CRNN_ERROR_RECIPE);
  CHECK(strstr(error.message, "'gray'") != NULL);
  CHECK(recipe.channels == 0);
  recipe.struct_size = 4;
  CHECK(crnn_image_recipe_parse("grey", &recipe, NULL) == CRNN_ERROR_ARGUMENT);
}

static void preparing(void) {
  uint8_t pixels[12] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }, buffer[12];
  static const uint8_t untouched[12] = { 0 };
  crnn_image image = CRNN_IMAGE_INITIALIZER, bad_image;
  crnn_image_recipe recipe = CRNN_IMAGE_RECIPE_INITIALIZER, bad_recipe;
  crnn_port_info port;
  crnn_array frames;
  crnn_error error = CRNN_ERROR_INITIALIZER;
  size_t needed = 0;

  memset(buffer, 0, sizeof buffer);
  memset(&frames, 0, sizeof frames);
  memset(&port, 0, sizeof port);
  image.width = 4;
  image.height = 3;
  image.channels = 1;
  image.pixels = pixels;
  CHECK(crnn_image_recipe_parse("grey", &recipe, NULL) == CRNN_OK);

#define PREPARE(recipe, image, port) \
  crnn_image_prepare(recipe, image, port, buffer, sizeof buffer, &frames, &needed, &error)
#define REFUSE(change)                                                     \
  do {                                                                     \
    bad_image = image;                                                     \
    bad_recipe = recipe;                                                   \
    change;                                                                \
    CHECK(PREPARE(&bad_recipe, &bad_image, NULL) == CRNN_ERROR_ARGUMENT);  \
  } while (0)
  CHECK(PREPARE(NULL, &image, NULL) == CRNN_ERROR_ARGUMENT);
  CHECK(PREPARE(&recipe, NULL, NULL) == CRNN_ERROR_ARGUMENT);
  REFUSE(bad_image.struct_size = 0);
  REFUSE(bad_image.pixels = NULL);
  REFUSE(bad_image.width = 0);
  REFUSE(bad_image.height = -1);
  REFUSE(bad_image.channels = 0);
  REFUSE(bad_image.channels = 5);
  REFUSE(bad_image.row_bytes = 3);
  REFUSE(bad_image.row_bytes = INT64_MAX);
  REFUSE(bad_image.row_bytes = -4);
  REFUSE(bad_recipe.struct_size = 0);
  REFUSE(bad_recipe.channels = 2);
  REFUSE(bad_recipe.background = 0x1000000);
  REFUSE(bad_recipe.width = 5);
  REFUSE((bad_recipe.width = 5, bad_recipe.height = 70000, bad_recipe.filter = CRNN_IMAGE_PILLOW_BILINEAR));
  REFUSE((bad_recipe.width = 5, bad_recipe.height = 5, bad_recipe.filter = 99));
  REFUSE(bad_recipe.invert = 2);
  REFUSE(bad_recipe.layout = 0);
  REFUSE(bad_recipe.scale = 0);
  REFUSE(bad_recipe.scale = -1);
  CHECK(crnn_image_prepare(&recipe, &image, NULL, NULL, 12, &frames, NULL, NULL) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_image_prepare(&recipe, &image, NULL, buffer, 12, NULL, NULL, NULL) == CRNN_ERROR_ARGUMENT);
  CHECK(needed == 0);

  CHECK(crnn_image_prepare(&recipe, &image, NULL, NULL, 0, NULL, &needed, &error) == CRNN_ERROR_CAPACITY);
  CHECK(needed == 12);
  CHECK(crnn_image_prepare(&recipe, &image, NULL, buffer, 11, &frames, NULL, NULL) == CRNN_ERROR_CAPACITY);

  /* A port of another frame size, of another length, of another scale, and one that fits in a shape of its own. */
  CHECK(PREPARE(&recipe, &image, &port) == CRNN_ERROR_ARGUMENT);
  port.struct_size = sizeof port;
  port.rank = 2;
  port.shape[0] = 2;
  port.shape[1] = 1;
  port.integer_scale = 1.0f / 255;
  CHECK(PREPARE(&recipe, &image, &port) == CRNN_ERROR_SHAPE);
  port.shape[0] = INT64_MAX;
  port.shape[1] = INT64_MAX;
  CHECK(PREPARE(&recipe, &image, &port) == CRNN_ERROR_SHAPE);
  port.rank = 99;
  CHECK(PREPARE(&recipe, &image, &port) == CRNN_ERROR_SHAPE);
  port.rank = 2;
  port.shape[0] = 3;
  port.shape[1] = 1;
  port.fixed_frames = 5;
  CHECK(PREPARE(&recipe, &image, &port) == CRNN_ERROR_SHAPE);
  port.fixed_frames = 4;
  port.integer_scale = 1;
  CHECK(PREPARE(&recipe, &image, &port) == CRNN_ERROR_RECIPE);
  CHECK(memcmp(buffer, untouched, sizeof buffer) == 0 && frames.struct_size == 0);
  port.integer_scale = 1.0f / 255;
  CHECK(PREPARE(&recipe, &image, &port) == CRNN_OK);
  CHECK(frames.struct_size == sizeof frames && frames.data == buffer && frames.dtype == CRNN_U8 && frames.rank == 3);
  CHECK(frames.shape[0] == 4 && frames.shape[1] == 3 && frames.shape[2] == 1);
  CHECK(buffer[0] == 0 && buffer[1] == 4 && buffer[2] == 8 && buffer[3] == 1);

  /* Rows that lie apart. */
  image.width = 3;
  image.row_bytes = 4;
  CHECK(PREPARE(&recipe, &image, NULL) == CRNN_OK);
  CHECK(needed == 9 && frames.rank == 2 && frames.shape[0] == 3 && frames.shape[1] == 3);
  CHECK(buffer[0] == 0 && buffer[1] == 4 && buffer[8] == 10);
}

static void names(void) {
  CHECK(strcmp(crnn_status_name(CRNN_ERROR_IMAGE_FORMAT), "CRNN_ERROR_IMAGE_FORMAT") == 0);
  CHECK(strcmp(crnn_status_name(CRNN_ERROR_IMAGE_DAMAGED), "CRNN_ERROR_IMAGE_DAMAGED") == 0);
  CHECK(strcmp(crnn_status_name(CRNN_ERROR_IMAGE_TOO_LARGE), "CRNN_ERROR_IMAGE_TOO_LARGE") == 0);
  CHECK(strcmp(crnn_status_name(CRNN_ERROR_IMAGE_UNSUPPORTED), "CRNN_ERROR_IMAGE_UNSUPPORTED") == 0);
  CHECK(strcmp(crnn_status_name(CRNN_ERROR_RECIPE), "CRNN_ERROR_RECIPE") == 0);
}

/* Every way of giving an image gives the same answer, and what is wrong with a call or an item is said. */
static void classifying(const char *model_path, const char *path) {
  crnn_error error = CRNN_ERROR_INITIALIZER, errors[4];
  crnn_model *model = NULL;
  crnn_image image = CRNN_IMAGE_INITIALIZER;
  crnn_classify_options options = CRNN_CLASSIFY_OPTIONS_INITIALIZER, bad;
  crnn_classify_item items[4], none = CRNN_CLASSIFY_ITEM_INITIALIZER;
  crnn_class file[3], bytes[3], pixels[3], many[4][3];
  int32_t count = 3, index;
  static unsigned char content[4096];
  size_t length;
  FILE *stream = fopen(path, "rb");

  CHECK(stream != NULL);
  length = fread(content, 1, sizeof content, stream);
  fclose(stream);
  CHECK(crnn_model_open(model_path, NULL, &model, &error) == CRNN_OK);
  CHECK(crnn_image_decode_file(path, NULL, &image, &error) == CRNN_OK);
  CHECK(crnn_classify_file(model, NULL, path, file, &count, &error) == CRNN_OK && count == 3);
  CHECK(file[0].confidence >= file[1].confidence && file[1].confidence >= file[2].confidence);
  CHECK(crnn_classify_bytes(model, &options, content, length, bytes, &count, &error) == CRNN_OK);
  CHECK(crnn_classify_image(model, &options, &image, pixels, &count, &error) == CRNN_OK);
  CHECK(memcmp(file, bytes, sizeof file) == 0 && memcmp(file, pixels, sizeof file) == 0);

  for (index = 0; index < 4; index++) {
    crnn_error fresh = CRNN_ERROR_INITIALIZER;
    errors[index] = fresh;
    items[index] = none;
    items[index].classes = many[index];
    items[index].class_count = 3;
    items[index].error = &errors[index];
  }
  items[0].path = path;
  items[1].bytes = content;
  items[1].byte_count = length / 2;
  items[2].image = &image;
  items[3].path = path;
  items[3].image = &image;
  CHECK(crnn_classify_batch(model, &options, items, 4, NULL, NULL, &error) == CRNN_ERROR_IMAGE_DAMAGED);
  CHECK(strncmp(error.message, "item 1: ", 8) == 0);
  CHECK(items[0].status == CRNN_OK && items[2].status == CRNN_OK && items[3].status == CRNN_ERROR_ARGUMENT);
  CHECK(memcmp(file, many[0], sizeof file) == 0 && memcmp(file, many[2], sizeof file) == 0);
  CHECK(errors[1].status == CRNN_ERROR_IMAGE_DAMAGED && errors[1].message[0] != 0);

  CHECK(crnn_classify_batch(model, NULL, NULL, 0, NULL, NULL, &error) == CRNN_OK);
  CHECK(crnn_classify_batch(NULL, NULL, items, 4, NULL, NULL, &error) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_classify_batch(model, NULL, NULL, 4, NULL, NULL, &error) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_classify_batch(model, NULL, items, -1, NULL, NULL, &error) == CRNN_ERROR_ARGUMENT);
#define REFUSE_OPTIONS(change, expected)                                                 \
  do {                                                                                  \
    bad = options;                                                                      \
    change;                                                                             \
    CHECK(crnn_classify_batch(model, &bad, items, 4, NULL, NULL, &error) == (expected)); \
    CHECK(items[0].status == (expected));                                               \
  } while (0)
  REFUSE_OPTIONS(bad.struct_size = 0, CRNN_ERROR_ARGUMENT);
  REFUSE_OPTIONS(bad.together = 65, CRNN_ERROR_ARGUMENT);
  REFUSE_OPTIONS(bad.output = 1, CRNN_ERROR_PORT);
  count = 0;
  CHECK(crnn_classify_file(model, NULL, path, file, &count, &error) == CRNN_ERROR_ARGUMENT);
  count = 3;
  CHECK(crnn_classify_file(model, NULL, path, NULL, &count, &error) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_classify_file(model, NULL, NULL, file, &count, &error) == CRNN_ERROR_ARGUMENT);
  options.maximum_pixels = 1;
  CHECK(crnn_classify_file(model, &options, path, file, &count, &error) == CRNN_ERROR_IMAGE_TOO_LARGE);
  crnn_image_free(&image);
  crnn_model_destroy(model);
}

/* Pieces of a prepared image are what the whole has there, for every filter, layout and padding; and a stream that is pushed them gives
 * what the whole gives. */
static void preparing_frames(void) {
  static const char *const recipes[] = {
    "grey,resize=37x12:pillow:bilinear",  "grey,resize=37x12:pillow:nearest",  "rgb,resize=60x70:pillow:lanczos,invert",
    "grey,resize=9x60:pillow:bicubic",    "grey,resize=*x20:pillow:box",       "grey,resize=50x9:pillow:hamming,pad=centre",
    "grey,resize=37x12:opencv:bilinear",  "rgb,resize=13x70:opencv:area",      "rgb,resize=13x7:opencv:area,pad=end:black",
    "grey,resize=90x11:opencv:bicubic",   "grey,resize=21x80:opencv:lanczos",  "grey,resize=21x8:opencv:nearest",
    "rgb,mean=0.5:0.4:0.3,deviation=0.2", "grey,resize=30x30:pillow:bilinear,layout=rows,pad=start", "grey,layout=whole" };
  static uint8_t pixels[41 * 53 * 4], whole[200000], piece[200000];
  crnn_image image = CRNN_IMAGE_INITIALIZER;
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_array all, part;
  unsigned state = 3, i;
  for (i = 0; i < sizeof pixels; i++) {
    state = state * 1664525u + 1013904223u;
    pixels[i] = (uint8_t)(state >> 24);
  }
  image.width = 53;
  image.height = 41;
  image.channels = 4;
  image.pixels = pixels;
  for (i = 0; i < sizeof recipes / sizeof *recipes; i++) {
    crnn_image_recipe recipe = CRNN_IMAGE_RECIPE_INITIALIZER;
    size_t bytes, needed;
    int64_t frames, first, count;
    CHECK(crnn_image_recipe_parse(recipes[i], &recipe, &error) == CRNN_OK);
    CHECK(crnn_image_prepare(&recipe, &image, NULL, whole, sizeof whole, &all, &bytes, &error) == CRNN_OK);
    frames = all.shape[0];
    for (count = 1; count <= frames; count += count < 4 ? 1 : 7) {
      for (first = 0; first + count <= frames; first += count) {
        CHECK(crnn_image_prepare_frames(&recipe, &image, NULL, first, count, piece, sizeof piece, &part, &needed, &error) == CRNN_OK);
        CHECK(part.shape[0] == count && part.rank == all.rank && part.dtype == all.dtype && part.shape[1] == all.shape[1]);
        CHECK(needed * (size_t)frames == bytes * (size_t)count);
        CHECK(memcmp(piece, whole + bytes / (size_t)frames * (size_t)first, needed) == 0);
      }
    }
#define REFUSE_PIECE(first, count) \
  CHECK(crnn_image_prepare_frames(&recipe, &image, NULL, first, count, piece, sizeof piece, &part, NULL, &error) == CRNN_ERROR_ARGUMENT)
    REFUSE_PIECE(-1, 1);
    REFUSE_PIECE(0, 0);
    REFUSE_PIECE(0, frames + 1);
    REFUSE_PIECE(frames, 1);
    REFUSE_PIECE(INT64_MAX, INT64_MAX);
  }
}

static void streaming(const char *model_path) {
  static uint8_t pixels[70 * 31], whole[31 * 8], columns[16 * 8];
  static float expected[31 * 5], given[31 * 5];
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_model *model = NULL;
  crnn_stream *stream = NULL;
  crnn_image image = CRNN_IMAGE_INITIALIZER;
  crnn_image_recipe recipe = CRNN_IMAGE_RECIPE_INITIALIZER;
  crnn_image_placement placement;
  crnn_port_info port;
  crnn_array in, out;
  int64_t frames, first, done = 0;
  unsigned i;
  for (i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)(i * i / 7);
  image.width = 70;
  image.height = 31;
  image.channels = 1;
  image.pixels = pixels;
  port.struct_size = sizeof port;
  placement.struct_size = sizeof placement;
  CHECK(crnn_model_open(model_path, NULL, &model, &error) == CRNN_OK);
  CHECK(crnn_model_port(model, CRNN_INPUT, 0, &port, &error) == CRNN_OK);
  CHECK(crnn_image_recipe_parse("grey,resize=31x8:pillow:bilinear,scale=1/255", &recipe, &error) == CRNN_OK);
  CHECK(crnn_image_measure(&recipe, 70, 31, &placement, &error) == CRNN_OK && placement.width == 31);
  CHECK(crnn_image_prepare(&recipe, &image, &port, whole, sizeof whole, &in, NULL, &error) == CRNN_OK);
  out = crnn_array_2d(expected, CRNN_F32, 31, 5);
  CHECK(crnn_run(model, &in, 1, &out, 1, &error) == CRNN_OK);
  CHECK(crnn_stream_create(model, NULL, &stream, &error) == CRNN_OK);
  for (first = 0; first < 31; first += 16) {
    int64_t count = 31 - first < 16 ? 31 - first : 16;
    CHECK(crnn_image_prepare_frames(&recipe, &image, &port, first, count, columns, sizeof columns, &in, NULL, &error) == CRNN_OK);
    out = crnn_array_2d(given + done * 5, CRNN_F32, 31 - done, 5);
    CHECK(crnn_stream_process(model, stream, &in, first + count == 31, &out, &frames, &error) == CRNN_OK);
    done += frames;
  }
  CHECK(done == 31 && memcmp(expected, given, sizeof given) == 0);
  crnn_stream_destroy(stream);
  crnn_model_destroy(model);
}

/* The same line in every way, and what is wrong with a call or an item. */
static void reading(const char *model_path, const char *path) {
  crnn_error error = CRNN_ERROR_INITIALIZER, errors[4];
  crnn_model *model = NULL;
  crnn_image image = CRNN_IMAGE_INITIALIZER;
  crnn_image_recipe recipe = CRNN_IMAGE_RECIPE_INITIALIZER;
  crnn_read_options options = CRNN_READ_OPTIONS_INITIALIZER, bad;
  crnn_ctc_options decoding = CRNN_CTC_OPTIONS_INITIALIZER, worse;
  crnn_reading line = CRNN_READING_INITIALIZER, none = CRNN_READING_INITIALIZER, lines[4];
  crnn_read_item items[4], fresh = CRNN_READ_ITEM_INITIALIZER;
  static unsigned char content[4096];
  size_t length;
  int32_t index, symbol;
  FILE *stream = fopen(path, "rb");

  CHECK(stream != NULL);
  length = fread(content, 1, sizeof content, stream);
  fclose(stream);
  CHECK(crnn_model_open(model_path, NULL, &model, &error) == CRNN_OK);
  CHECK(crnn_image_decode_file(path, NULL, &image, &error) == CRNN_OK);
  CHECK(image.full_width == image.width && image.full_height == image.height);
  CHECK(crnn_read_file(model, NULL, path, &line, &error) == CRNN_ERROR_RECIPE);
  CHECK(crnn_image_recipe_parse("grey,resize=40x6:pillow:bilinear", &recipe, &error) == CRNN_OK);
  decoding.width = 8;
  options.recipe = &recipe;
  options.decoding = &decoding;
  options.best = 3;
  CHECK(crnn_read_file(model, &options, path, &line, &error) == CRNN_OK);
  CHECK(line.count == 3 && line.width == 4 && line.height == 3 && line.frames == 40);
  CHECK(line.texts[0].result.confidence >= line.texts[1].result.confidence);
  for (index = 0; index < line.count; index++) {
    const crnn_read_text *text = &line.texts[index];
    int32_t left = 0;
    CHECK(strlen(text->result.text) == text->result.text_bytes);
    for (symbol = 0; symbol < text->result.symbol_count; symbol++) {
      const crnn_ctc_symbol *of = &text->result.symbols[symbol];
      const crnn_image_box *box = &text->boxes[symbol];
      CHECK(box->left >= left && box->left < box->right && box->right <= 4 && box->top == 0 && box->bottom == 3);
      CHECK(box->left == of->first_input * 4 / 40 && box->right == (of->last_input * 4 + 4 + 39) / 40);
      CHECK(of->text_offset + of->text_bytes <= (int32_t)text->result.text_bytes);
      left = box->left;
    }
  }

  for (index = 0; index < 4; index++) {
    crnn_error empty = CRNN_ERROR_INITIALIZER;
    errors[index] = empty;
    lines[index] = none;
    items[index] = fresh;
    items[index].reading = &lines[index];
    items[index].error = &errors[index];
  }
  items[0].path = path;
  items[1].bytes = content;
  items[1].byte_count = length / 2;
  items[2].image = &image;
  items[3].bytes = content;
  items[3].byte_count = length;
  CHECK(crnn_read_batch(model, &options, items, 4, &error) == CRNN_ERROR_IMAGE_DAMAGED);
  CHECK(strncmp(error.message, "item 1: ", 8) == 0 && errors[1].status == CRNN_ERROR_IMAGE_DAMAGED && lines[1].texts == NULL);
  for (index = 0; index < 4; index++) {
    if (index == 1) continue;
    CHECK(items[index].status == CRNN_OK && lines[index].count == line.count);
    CHECK(strcmp(lines[index].texts[0].result.text, line.texts[0].result.text) == 0);
    CHECK(lines[index].texts[0].result.score == line.texts[0].result.score);
  }
  for (index = 0; index < 4; index++) crnn_reading_free(&lines[index]);
  CHECK(lines[0].texts == NULL && lines[0].count == 0);
  crnn_reading_free(&lines[0]);
  crnn_reading_free(NULL);
  crnn_reading_free(&line);

  CHECK(crnn_read_batch(model, &options, NULL, 0, &error) == CRNN_OK);
  CHECK(crnn_read_batch(NULL, &options, items, 4, &error) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_read_batch(model, &options, NULL, 4, &error) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_read_batch(model, &options, items, -1, &error) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_read_file(model, &options, NULL, &line, &error) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_read_file(model, &options, path, NULL, &error) == CRNN_ERROR_ARGUMENT);
#define REFUSE_READING(change, expected)                                    \
  do {                                                                     \
    bad = options;                                                         \
    worse = decoding;                                                      \
    bad.decoding = &worse;                                                 \
    change;                                                                \
    CHECK(crnn_read_batch(model, &bad, items, 4, &error) == (expected));   \
    CHECK(items[0].status == (expected));                                  \
  } while (0)
  REFUSE_READING(bad.struct_size = 0, CRNN_ERROR_ARGUMENT);
  REFUSE_READING(bad.best = 1025, CRNN_ERROR_ARGUMENT);
  REFUSE_READING(bad.best = -1, CRNN_ERROR_ARGUMENT);
  REFUSE_READING(bad.together = 65, CRNN_ERROR_ARGUMENT);
  REFUSE_READING(worse.struct_size = 0, CRNN_ERROR_ARGUMENT);
  REFUSE_READING(worse.width = 2000, CRNN_ERROR_ARGUMENT);
  REFUSE_READING(worse.output = 1, CRNN_ERROR_PORT);
  REFUSE_READING((worse.lexicon = content, worse.lexicon_bytes = 3), CRNN_ERROR_FILE_TRUNCATED);
  items[2].reading = NULL;
  CHECK(crnn_read_batch(model, &options, items, 4, &error) == CRNN_ERROR_ARGUMENT);
  crnn_image_free(&image);
  crnn_model_destroy(model);
}

static void explaining(const char *model_path, const char *path) {
  crnn_model *model = NULL;
  crnn_explanation why = CRNN_EXPLANATION_INITIALIZER;
  crnn_explain_options options = CRNN_EXPLAIN_OPTIONS_INITIALIZER;
  crnn_error error = CRNN_ERROR_INITIALIZER;

  CHECK(crnn_model_open(model_path, NULL, &model, NULL) == CRNN_OK);
  CHECK(crnn_explain_file(NULL, NULL, path, &why, NULL) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_explain_file(model, NULL, NULL, &why, NULL) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_explain_file(model, NULL, path, NULL, NULL) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_explain_image(model, NULL, NULL, &why, NULL) == CRNN_ERROR_ARGUMENT);
  CHECK(crnn_explain_bytes(model, NULL, "no image", 8, &why, &error) == CRNN_ERROR_IMAGE_FORMAT);
  options.answer = 10;
  CHECK(crnn_explain_file(model, &options, path, &why, &error) == CRNN_ERROR_ARGUMENT);
  CHECK(strstr(error.message, "no class 10") != NULL);
  options.answer = -1;
  options.text = "a";
  CHECK(crnn_explain_file(model, &options, path, &why, &error) == CRNN_ERROR_ARGUMENT);
  CHECK(strstr(error.message, "no alphabet") != NULL);
  options.text = NULL;
  options.cell = -1;
  CHECK(crnn_explain_file(model, &options, path, &why, NULL) == CRNN_ERROR_ARGUMENT);
  options.cell = 0;
  options.patch = 65;
  CHECK(crnn_explain_file(model, &options, path, &why, NULL) == CRNN_ERROR_ARGUMENT);
  options.patch = 1;
  options.struct_size = 0;
  CHECK(crnn_explain_file(model, &options, path, &why, NULL) == CRNN_ERROR_ARGUMENT);
  CHECK(why.falls == NULL && why.columns == 0);

  options.struct_size = sizeof options;
  CHECK(crnn_explain_file(model, &options, path, &why, &error) == CRNN_OK);
  CHECK(why.falls != NULL && why.columns == 10 && why.rows == 12 && why.runs == 120 && why.text == NULL);
  CHECK(why.width == 4 && why.height == 3 && why.answer >= 0 && why.answer < 10 && why.confidence > 0.1f);
  CHECK(why.cell_width > 0.39f && why.cell_width < 0.41f && why.cell_height == 0.25f);
  crnn_explanation_free(&why);
  CHECK(why.falls == NULL);
  crnn_explanation_free(&why);
  crnn_explanation_free(NULL);
  crnn_model_destroy(model);
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  decoding(arguments[1]);
  recipes();
  preparing();
  preparing_frames();
  names();
  classifying(arguments[2], arguments[1]);
  streaming(arguments[3]);
  reading(arguments[4], arguments[1]);
  explaining(arguments[2], arguments[1]);
  return failures != 0;
}
