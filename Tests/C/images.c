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

int main(int count, char **arguments) {
  if (count != 3) return 2;
  decoding(arguments[1]);
  recipes();
  preparing();
  names();
  classifying(arguments[2], arguments[1]);
  return failures != 0;
}
