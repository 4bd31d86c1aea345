/* What the firmwares share: numbers as text, checksums, files of the machine that emulates this one, and the processor's timer. */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include <crnn.h>

#include "semihosting.h"

static crnn_error error = CRNN_ERROR_INITIALIZER;

static int fail(const char *message) {
  semihosting_write("not ok: ");
  puts(message);
  return 1;
}

static void write_number(uint32_t value, unsigned base, int width) {
  char digits[12], *p = digits + sizeof digits - 1;
  *p = 0;
  for (; value > 0 || width > 0; width--, value /= base) *--p = "0123456789abcdef"[value % base];
  semihosting_write(p);
}
static void write_count(const char *before, uint32_t value, const char *after) {
  semihosting_write(before);
  write_number(value, 10, 1);
  semihosting_write(after);
}

/* CRC-32C of the bytes. */
static uint32_t checksum(const void *bytes, size_t count) {
  uint32_t crc = ~0u;
  for (const unsigned char *p = bytes; count > 0; count--, p++) {
    crc ^= *p;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
  }
  return ~crc;
}

static int largest(const float *values, int count) {
  int best = 0;
  for (int i = 1; i < count; i++) {
    if (values[i] > values[best]) best = i;
  }
  return best;
}

/* Negative where it cannot be opened. */
static int open_file(const char *name, size_t length) {
  const uintptr_t arguments[3] = { (uintptr_t)name, 1 /* rb */, length };
  return semihosting(SEMIHOSTING_OPEN, arguments);
}
/* 1 where all the bytes came. */
static int read_file(int file, void *bytes, size_t count) {
  const uintptr_t arguments[3] = { (uintptr_t)file, (uintptr_t)bytes, count };
  return semihosting(SEMIHOSTING_READ, arguments) == 0;
}

/* Instructions, as qemu counts them: with -icount shift=N an instruction takes 2^N nanoseconds, and SysTick counts at the processor's clock
 * of CLOCK MHz, down from 2^24 - 1. */
#define SYSTICK ((volatile uint32_t *)0xE000E010)
static void start_timer(void) {
  SYSTICK[1] = 0xFFFFFF;
  SYSTICK[0] = 5; /* on, at the processor's clock */
}
static uint32_t ticks(void) { return SYSTICK[2]; }
static uint32_t ticks_since(uint32_t before) { return (before - ticks()) & 0xFFFFFF; }

#endif
