/* 500 PNG and JPEG files that are cut or have bits turned, and the fuzzers' seeds: each gives an error with a sentence, or an answer; some
 * are explained, by a classifier and by a text recogniser, with any options.
 * Built with AddressSanitizer, which ends the program where memory is used that should not be, or is not given back. */
#define _POSIX_C_SOURCE 200809L

#include "checks.h"

#include <crnn_image.h>

#include <dirent.h>

enum { DAMAGED = 500, EXPLAINED = 100, MOST_FILES = 200, MOST_BYTES = 1 << 16 };

typedef struct content {
  size_t count;
  unsigned char *bytes;
} content;

static content files[MOST_FILES];
static int file_count;
static crnn_model *model, *lines;

static void read_folder(const char *path) {
  DIR *folder = opendir(path);
  CHECK(folder != NULL);
  for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
    char name[1024];
    snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
    if (entry->d_name[0] == '.' || file_count == MOST_FILES) continue;
    FILE *file = fopen(name, "rb");
    CHECK(file != NULL);
    unsigned char *bytes = malloc(MOST_BYTES);
    files[file_count++] = (content){ fread(bytes, 1, MOST_BYTES, file), bytes };
    fclose(file);
  }
  if (folder != NULL) closedir(folder);
}

static unsigned random_number(unsigned below) {
  static unsigned state = 1;
  state = state * 1664525u + 1013904223u;
  return (state >> 8) % below;
}

/* What a status other than CRNN_OK must be of. */
static int is_of_images(crnn_status status) { return (status >= 600 && status < 604) || status == CRNN_ERROR_INCOMPLETE; }

/* Some frames of the image in a block of just their size, and so that a read outside the image or what was made of it is seen. */
static void try_frames(const crnn_image_recipe *recipe, const unsigned char *bytes, size_t count) {
  crnn_image image = CRNN_IMAGE_INITIALIZER;
  crnn_image_placement placement;
  crnn_image_options options = CRNN_IMAGE_OPTIONS_INITIALIZER;
  crnn_array frames;
  options.recipe = recipe;
  options.maximum_pixels = 1000000;
  placement.struct_size = sizeof placement;
  if (crnn_image_decode_memory(bytes, count, &options, &image, NULL)) return;
  if (crnn_image_measure(recipe, image.width, image.height, &placement, NULL) == CRNN_OK) {
    for (int pieces = 0; pieces < 4; pieces++) {
      int64_t first = random_number((unsigned)placement.width), number = 1 + random_number((unsigned)(placement.width - first));
      size_t room = (size_t)number * (size_t)placement.height * (size_t)recipe->channels;
      unsigned char *buffer = malloc(room);
      CHECK(crnn_image_prepare_frames(recipe, &image, NULL, first, number, buffer, room, &frames, NULL, NULL) == CRNN_OK);
      CHECK(frames.shape[0] == number);
      free(buffer);
    }
  }
  crnn_image_free(&image);
}

/* The file in a block of just its size, so that a read past its end is seen. Returns 1 where it gave an answer. */
static int try_file(const unsigned char *bytes, size_t count) {
  static const char *const recipes[] = { "grey,resize=10x12:pillow:bilinear", "grey,resize=*x12:opencv:area,jpeg=reduced",
                                         "grey,resize=20x12:pillow:lanczos,pad=centre,orientation=stored" };
  int answers = 0;
  unsigned char *exact = malloc(count != 0 ? count : 1);
  memcpy(exact, bytes, count);
  for (unsigned i = 0; i < sizeof recipes / sizeof *recipes; i++) {
    crnn_error error = CRNN_ERROR_INITIALIZER;
    crnn_image_recipe recipe = CRNN_IMAGE_RECIPE_INITIALIZER;
    crnn_classify_options options = CRNN_CLASSIFY_OPTIONS_INITIALIZER;
    crnn_class best[3];
    int32_t room = 3;
    CHECK(crnn_image_recipe_parse(recipes[i], &recipe, &error) == CRNN_OK);
    options.recipe = &recipe;
    options.maximum_pixels = 1000000;
    crnn_status status = crnn_classify_bytes(model, &options, exact, count, best, &room, &error);
    CHECK(status == CRNN_OK || (is_of_images(status) && error.message[0] != 0));
    if (status == CRNN_OK) {
      CHECK(error.status == CRNN_OK && room == 3 && best[0].index >= 0 && best[0].index < 10 && best[0].confidence >= best[1].confidence);
      answers++;
    }
    try_frames(&recipe, exact, count);
  }
  free(exact);
  return answers > 0;
}

static void the_corpus_is_read(void) {
  int answers = 0;
  for (int i = 0; i < file_count; i++) answers += try_file(files[i].bytes, files[i].count);
  CHECK(answers > file_count / 2);
}

/* One of the files, cut or with bits turned. Returns how many bytes it has. */
static size_t damage(unsigned char *bytes, int is_cut) {
  const content *file = &files[random_number((unsigned)file_count)];
  memcpy(bytes, file->bytes, file->count);
  if (is_cut) return random_number((unsigned)file->count);
  for (unsigned turned = 1 + random_number(4); turned > 0; turned--) {
    bytes[random_number((unsigned)file->count)] ^= (unsigned char)(1 << random_number(8));
  }
  return file->count;
}

static void damaged_files(void) {
  int answers = 0;
  unsigned char *bytes = malloc(MOST_BYTES);
  for (int i = 0; i < DAMAGED && file_count > 0; i++) {
    size_t count = damage(bytes, i % 2 == 0);
    answers += try_file(bytes, count);
  }
  free(bytes);
  /* Damage is mostly seen, and bits of a JPEG's pixels mostly not. */
  CHECK(answers > 0 && answers < DAMAGED);
}

/* What is found out about a file with any cells, patches and answers. Returns 1 where it was explained. */
static int try_explaining(const unsigned char *bytes, size_t count, int is_text) {
  static const char *const texts[] = { NULL, "", "ab", "\xC3\x9F", "abcabcabcabcabcabcabcabcabcabcabcabc", "x", "\xC3", "\xFF" };
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_image_recipe small = CRNN_IMAGE_RECIPE_INITIALIZER;
  crnn_ctc_options decoding = CRNN_CTC_OPTIONS_INITIALIZER;
  crnn_explain_options options = CRNN_EXPLAIN_OPTIONS_INITIALIZER;
  crnn_explanation why = CRNN_EXPLANATION_INITIALIZER;
  unsigned char *exact = malloc(count != 0 ? count : 1);
  memcpy(exact, bytes, count);
  CHECK(crnn_image_recipe_parse(is_text ? "grey,resize=30x6:pillow:box" : "grey,resize=10x12:opencv:area", &small, NULL) == CRNN_OK);
  decoding.width = (int32_t)random_number(4);
  options.recipe = &small;
  options.maximum_pixels = 1000000;
  options.cell = (int32_t)random_number(9);
  options.patch = (int32_t)random_number(5);
  if (is_text) options.text = texts[random_number(sizeof texts / sizeof *texts)];
  else options.answer = (int32_t)random_number(12) - 1;
  if (is_text && random_number(2) == 0) options.decoding = &decoding;
  crnn_status status = crnn_explain_bytes(is_text ? lines : model, &options, exact, count, &why, &error);
  CHECK(status == CRNN_OK || status == CRNN_ERROR_ARGUMENT || is_of_images(status));
  if (status == CRNN_OK) {
    float sum = 0;
    CHECK((why.text != NULL) == is_text && why.columns > 0 && why.rows > 0 && why.runs > 0);
    CHECK(why.confidence >= 0 && why.confidence < 1.0001f);
    for (int32_t i = 0; i < why.columns * why.rows; i++) sum += why.falls[i];
    CHECK(sum == sum);
    for (int32_t i = 0; i < why.symbol_count; i++) {
      CHECK(0 <= why.symbols[i].box.left && why.symbols[i].box.right <= why.width && why.symbols[i].box.bottom <= why.height);
    }
  } else {
    CHECK(error.message[0] != 0 && why.falls == NULL && why.text == NULL && why.symbols == NULL);
  }
  crnn_explanation_free(&why);
  free(exact);
  return status == CRNN_OK;
}

static void explanations(void) {
  int answers = 0;
  unsigned char *bytes = malloc(MOST_BYTES);
  for (int i = 0; i < EXPLAINED && file_count > 0; i++) {
    const content *file = &files[random_number((unsigned)file_count)];
    answers += try_explaining(file->bytes, file->count, i % 2);
    size_t count = damage(bytes, i % 4 < 2);
    answers += try_explaining(bytes, count, i % 2);
  }
  free(bytes);
  CHECK(answers > EXPLAINED / 4 && answers < 2 * EXPLAINED);
}

/* Of an image that changes its size along one side alone, or along both, some rows or columns in blocks of just their size. What filters
 * reach lies in memory of the library's own. */
static void parts_of_every_resize(void) {
  enum { WIDTH = 20, HEIGHT = 24, LONGEST = 48 };
  static const char *const filters[] = { "pillow:nearest", "pillow:box",      "pillow:bilinear", "pillow:hamming",
                                         "pillow:bicubic", "pillow:lanczos",  "opencv:nearest",  "opencv:bilinear",
                                         "opencv:area",    "opencv:bicubic",  "opencv:lanczos" };
  static const int sizes[][2] = { { WIDTH, 12 }, { WIDTH, LONGEST }, { 10, HEIGHT }, { 40, HEIGHT }, { 10, LONGEST }, { WIDTH, HEIGHT } };
  static const char *const others[] = { "rgb,layout=rows", "rgb,layout=columns", "grey,layout=rows", "grey,layout=columns" };
  unsigned char *pixels = malloc(3 * WIDTH * HEIGHT);
  for (int i = 0; i < 3 * WIDTH * HEIGHT; i++) pixels[i] = (unsigned char)random_number(256);
  crnn_image image = CRNN_IMAGE_INITIALIZER;
  image.width = WIDTH, image.height = HEIGHT, image.channels = 3, image.pixels = pixels;
  for (size_t f = 0; f < sizeof filters / sizeof *filters; f++) {
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      for (size_t o = 0; o < sizeof others / sizeof *others; o++) {
        char words[100];
        crnn_image_recipe recipe = CRNN_IMAGE_RECIPE_INITIALIZER;
        crnn_array all, part;
        snprintf(words, sizeof words, "%s,resize=%dx%d:%s", others[o], sizes[s][0], sizes[s][1], filters[f]);
        CHECK(crnn_image_recipe_parse(words, &recipe, NULL) == CRNN_OK);
        size_t channels = (size_t)recipe.channels, room = channels * (size_t)(sizes[s][0] * sizes[s][1]);
        size_t frames = (size_t)sizes[s][o % 2 == 0], frame = room / frames;
        unsigned char *whole = malloc(room);
        CHECK(crnn_image_prepare(&recipe, &image, NULL, whole, room, &all, NULL, NULL) == CRNN_OK);
        CHECK(all.shape[0] == (int64_t)frames);
        for (size_t first = 0; first < frames; first++) {
          size_t count = 1 + random_number((unsigned)(frames - first));
          unsigned char *buffer = malloc(count * frame);
          CHECK(crnn_image_prepare_frames(&recipe, &image, NULL, (int64_t)first, (int64_t)count, buffer, count * frame, &part,
                                          NULL, NULL) == CRNN_OK);
          CHECK(memcmp(buffer, whole + first * frame, count * frame) == 0);
          free(buffer);
        }
        free(whole);
      }
    }
  }
  free(pixels);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  model = checks_open("last.crnn", NULL);
  lines = checks_open("lines.crnn", NULL);
  read_folder(SEEDS "/png");
  read_folder(SEEDS "/jpeg");
  TEST(the_corpus_is_read);
  TEST(damaged_files);
  TEST(explanations);
  TEST(parts_of_every_resize);
  for (int i = 0; i < file_count; i++) free(files[i].bytes);
  crnn_model_destroy(model);
  crnn_model_destroy(lines);
  return checks_failed_tests != 0;
}
