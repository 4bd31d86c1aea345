/* The image library with each allocation (those of libpng and libjpeg too), open, read and close in it failing. */
#include <crnn_image.h>

#include "each_site.h"

/* Each takes its own way through the codecs and the recipe. */
static const char *const files[] = {
  "png/palette-transparent", "png/color-6-depth-16-interlaced", "png/color-0-depth-1-plain", "jpeg/color",
  "jpeg/progressive",        "jpeg/inks",                       "jpeg/turned",
};
static const char *const recipes[] = { "grey,resize=10x12:pillow:bilinear", "grey,resize=*x12:opencv:area,jpeg=reduced",
                                       "grey,resize=20x12:pillow:lanczos,pad=centre,orientation=stored" };
enum { FILES = sizeof files / sizeof *files, RECIPES = sizeof recipes / sizeof *recipes, BEST = 3 };

static crnn_model *model;
static char paths[FILES][4096];
static crnn_image_recipe parsed[RECIPES];

typedef struct work {
  int file;
  crnn_classify_options options;
  crnn_class expected[FILES][BEST];
} work;

static crnn_status classify_file(void *context, crnn_error *error) {
  work *w = context;
  crnn_class best[BEST], untouched[BEST];
  int32_t count = BEST;
  memset(best, 0xA5, sizeof best);
  memset(untouched, 0xA5, sizeof untouched);
  const crnn_status status = crnn_classify_file(model, &w->options, paths[w->file], best, &count, error);
  CHECK(memcmp(best, status == CRNN_OK ? w->expected[w->file] : untouched, sizeof best) == 0);
  return status;
}

static crnn_status decode_and_free(void *context, crnn_error *error) {
  work *w = context;
  crnn_image image = CRNN_IMAGE_INITIALIZER;
  const crnn_status status = crnn_image_decode_file(paths[w->file], NULL, &image, error);
  CHECK((status == CRNN_OK) == (image.pixels != NULL));
  crnn_image_free(&image);
  return status;
}

/* The answers with nothing failing. */
static work work_of(int recipe) {
  work w = { 0, CRNN_CLASSIFY_OPTIONS_INITIALIZER, { { { 0, 0 } } } };
  w.options.recipe = &parsed[recipe];
  for (int i = 0; i < FILES; i++) {
    int32_t count = BEST;
    CHECK_STATUS(CRNN_OK, crnn_classify_file(model, &w.options, paths[i], w.expected[i], &count, NULL));
  }
  return w;
}

static void one_image(void) {
  for (int recipe = 0; recipe < RECIPES; recipe++) {
    work w = work_of(recipe);
    for (w.file = 0; w.file < FILES; w.file++) each_site(files[w.file], classify_file, &w);
  }
  work w = work_of(0);
  for (w.file = 0; w.file < FILES; w.file++) each_site(files[w.file], decode_and_free, &w);
}

/* Threads one after another: which call is the n-th is then the same each time. */
static void run_in_turn(void *context, void (*task)(void *, int32_t), void *argument, int32_t count) {
  (void)context;
  for (int32_t i = 0; i < count; i++) task(argument, i);
}

/* What fails for one image stops no other: those that have an answer have the right one, the others their own sentence. */
static crnn_status classify_batch(void *context, crnn_error *error) {
  work *w = context;
  crnn_classify_item items[FILES];
  crnn_class best[FILES][BEST];
  crnn_error errors[FILES];
  int answers = 0, first = -1;
  memset(best, 0xA5, sizeof best);
  for (int i = 0; i < FILES; i++) {
    errors[i] = (crnn_error)CRNN_ERROR_INITIALIZER;
    items[i] = (crnn_classify_item)CRNN_CLASSIFY_ITEM_INITIALIZER;
    items[i].path = paths[i], items[i].classes = best[i], items[i].class_count = BEST, items[i].error = &errors[i];
  }
  const crnn_status status = crnn_classify_batch(model, &w->options, items, FILES, NULL, NULL, error);
  for (int i = 0; i < FILES; i++) {
    if (items[i].status == CRNN_OK) {
      CHECK(memcmp(best[i], w->expected[i], sizeof best[i]) == 0);
      answers++;
    } else if (first < 0) {
      first = i;
    }
  }
  CHECK(status == (first < 0 ? CRNN_OK : items[first].status));
  CHECK(answers == FILES || status != CRNN_OK);
  return status;
}

static void a_batch(void) {
  work w = work_of(2);
  const crnn_executor executor = { sizeof executor, NULL, run_in_turn, 2, 0 };
  w.options.together = 2;
  each_site("one thread", classify_batch, &w);
  w.options.executor = &executor;
  each_site("two threads", classify_batch, &w);
}

typedef struct lines {
  const crnn_model *model;
  crnn_read_options options;
  crnn_reading expected[FILES];
} lines;

/* A line that has an answer has the right one, and one that has none is untouched. */
static crnn_status read_batch(void *context, crnn_error *error) {
  lines *l = context;
  crnn_read_item items[FILES];
  crnn_reading readings[FILES];
  int answers = 0;
  for (int i = 0; i < FILES; i++) {
    readings[i] = (crnn_reading)CRNN_READING_INITIALIZER;
    items[i] = (crnn_read_item)CRNN_READ_ITEM_INITIALIZER;
    items[i].path = paths[i], items[i].reading = &readings[i];
  }
  const crnn_status status = crnn_read_batch(l->model, &l->options, items, FILES, error);
  for (int i = 0; i < FILES; i++) {
    const crnn_reading *reading = &readings[i], *expected = &l->expected[i];
    CHECK((items[i].status == CRNN_OK) == (reading->texts != NULL));
    if (items[i].status != CRNN_OK) continue;
    answers++;
    CHECK(reading->count == expected->count && reading->width == expected->width);
    for (int rank = 0; rank < reading->count; rank++) {
      const crnn_read_text *text = &reading->texts[rank], *right = &expected->texts[rank];
      CHECK(strcmp(text->result.text, right->result.text) == 0 && text->result.score == right->result.score);
      CHECK(memcmp(text->boxes, right->boxes, sizeof *text->boxes * (size_t)text->result.symbol_count) == 0);
    }
    crnn_reading_free(&readings[i]);
  }
  CHECK(answers == FILES || status != CRNN_OK);
  return status;
}

static void lines_of_text(void) {
  crnn_model *text = checks_open("text.crnn", NULL);
  lines l = { text, CRNN_READ_OPTIONS_INITIALIZER, { CRNN_READING_INITIALIZER } };
  crnn_ctc_options decoding = CRNN_CTC_OPTIONS_INITIALIZER;
  crnn_image_recipe recipe = CRNN_IMAGE_RECIPE_INITIALIZER;
  const crnn_executor executor = { sizeof executor, NULL, run_in_turn, 2, 0 };
  decoding.width = 4;
  l.options.decoding = &decoding;
  l.options.recipe = &recipe;
  l.options.best = BEST;
  l.options.together = 2;
  CHECK_STATUS(CRNN_OK, crnn_image_recipe_parse("grey,resize=40x6:pillow:lanczos", &recipe, NULL));
  for (int i = 0; i < FILES; i++) {
    l.expected[i] = (crnn_reading)CRNN_READING_INITIALIZER;
    CHECK_STATUS(CRNN_OK, crnn_read_file(text, &l.options, paths[i], &l.expected[i], NULL));
  }
  each_site("lines on one thread", read_batch, &l);
  l.options.executor = &executor;
  each_site("lines on two threads", read_batch, &l);
  for (int i = 0; i < FILES; i++) crnn_reading_free(&l.expected[i]);
  crnn_model_destroy(text);
}

/* Reads of seven bytes, every other one interrupted. */
static void interrupted_reads(void) {
  work w = work_of(0);
  for (w.file = 0; w.file < FILES; w.file++) {
    faults_begin_interrupts();
    const crnn_status status = classify_file(&w, NULL);
    faults_end();
    CHECK(status == CRNN_OK);
  }
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  model = checks_open("last.crnn", NULL);
  for (int i = 0; i < FILES; i++) snprintf(paths[i], sizeof paths[i], "%s/%s", SEEDS, files[i]);
  for (int i = 0; i < RECIPES; i++) {
    parsed[i] = (crnn_image_recipe)CRNN_IMAGE_RECIPE_INITIALIZER;
    if (crnn_image_recipe_parse(recipes[i], &parsed[i], NULL)) return 1;
  }
  TEST(one_image);
  TEST(a_batch);
  TEST(lines_of_text);
  TEST(interrupted_reads);
  crnn_model_destroy(model);
  return checks_failed_tests != 0;
}
