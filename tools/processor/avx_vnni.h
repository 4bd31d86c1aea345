/* The two instructions of AVX-VNNI that a dot product needs, for a processor that does not have them:
 *
 *     vpdpbusd  d, a, b     d[i] += a[4i] b[4i] + … + a[4i+3] b[4i+3]     bytes, a's unsigned and b's signed
 *     vpdpwssd  d, a, b     d[i] += a[2i] b[2i] + a[2i+1] b[2i+1]         words, both signed
 *
 * Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, 2.3 (the VEX prefix) and 2.1 (ModR/M, SIB), volume 2C, "VPDPBUSD"
 * and "VPDPWSSD", volume 1, 13.4 (where the system keeps the registers of a program that a signal has stopped). */
#include <cpuid.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

enum { VPDPBUSD = 0x50, VPDPWSSD = 0x52, YMM_HIGH = 2 /* the component of XSAVE with the upper halves */ };

typedef struct saved_vectors {
  struct _libc_fpstate *low;
  uint64_t *present; /* of the components, those that are not all 0 */
  unsigned char *high;
} saved_vectors;

static saved_vectors vectors_of(ucontext_t *context) {
  saved_vectors saved = { context->uc_mcontext.fpregs, NULL, NULL };
  unsigned char *area = (unsigned char *)saved.low;
  unsigned size, offset, c, d;
  __cpuid_count(0xD, YMM_HIGH, size, offset, c, d);
  saved.present = (uint64_t *)(void *)(area + 512);
  saved.high = area + offset;
  if (!(*saved.present >> YMM_HIGH & 1)) memset(saved.high, 0, 16 * 16);
  return saved;
}

static void read_vector(saved_vectors saved, int number, unsigned char *bytes) {
  memcpy(bytes, &saved.low->_xmm[number], 16);
  memcpy(bytes + 16, saved.high + 16 * number, 16);
}

static void write_vector(saved_vectors saved, int number, const unsigned char *bytes) {
  memcpy(&saved.low->_xmm[number], bytes, 16);
  memcpy(saved.high + 16 * number, bytes + 16, 16);
  *saved.present |= 7; /* x87, SSE and the upper halves */
}

static uint64_t general_register(const ucontext_t *context, int number) {
  static const int places[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                  REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15 };
  return (uint64_t)context->uc_mcontext.gregs[places[number]];
}

/* The address that a ModR/M byte at `*next` stands for, after which `*next` lies. `b` and `x`: the upper bits of base and index. */
static uint64_t address_of(const ucontext_t *context, const unsigned char **next, int b, int x) {
  const unsigned char modrm = *(*next)++;
  const int mode = modrm >> 6;
  int base = modrm & 7;
  uint64_t address = 0;
  int32_t displacement = 0;
  int has_base = 1, is_relative = 0;
  if (base == 4) {
    const unsigned char sib = *(*next)++;
    const int index = (sib >> 3 & 7) | x << 3;
    if (index != 4) address = general_register(context, index) << (sib >> 6);
    base = sib & 7;
    has_base = !(base == 5 && mode == 0);
  } else if (base == 5 && mode == 0) {
    has_base = 0;
    is_relative = 1;
  }
  if (has_base) address += general_register(context, base | b << 3);
  if (mode == 1) {
    displacement = (int8_t)*(*next)++;
  } else if (mode == 2 || !has_base) {
    memcpy(&displacement, *next, sizeof displacement);
    *next += sizeof displacement;
  }
  return address + (uint64_t)(int64_t)displacement + (is_relative ? (uint64_t)*next : 0);
}

static int32_t product(int operation, const unsigned char *a, const unsigned char *b) {
  uint32_t sum = 0; /* which wraps */
  if (operation == VPDPBUSD) {
    for (int i = 0; i < 4; i++) sum += (uint32_t)(a[i] * (int8_t)b[i]);
  } else {
    for (int i = 0; i < 4; i += 2) {
      int16_t x, y;
      memcpy(&x, a + i, sizeof x);
      memcpy(&y, b + i, sizeof y);
      sum += (uint32_t)(x * y);
    }
  }
  return (int32_t)sum;
}

/* Does what the instruction says at which the program was stopped, and lets it go on behind it. 0 where it is another one. */
static int execute_avx_vnni(ucontext_t *context) {
  const unsigned char *next = (const unsigned char *)context->uc_mcontext.gregs[REG_RIP];
  /* VEX of three bytes, map 0F38, no W, prefix 66. */
  if (next[0] != 0xC4 || (next[1] & 0x1F) != 2 || (next[2] & 0x83) != 1 || (next[3] != VPDPBUSD && next[3] != VPDPWSSD)) return 0;
  const int r = !(next[1] & 0x80), x = !(next[1] & 0x40), b = !(next[1] & 0x20);
  const int first = ~next[2] >> 3 & 15, size = next[2] & 4 ? 32 : 16, operation = next[3];
  next += 4;
  const int target = (*next >> 3 & 7) | r << 3;
  unsigned char sums[32], left[32], right[32] = { 0 };
  const saved_vectors saved = vectors_of(context);
  read_vector(saved, target, sums);
  read_vector(saved, first, left);
  if (*next >> 6 == 3) {
    read_vector(saved, (*next & 7) | b << 3, right);
    next++;
  } else {
    memcpy(right, (const void *)address_of(context, &next, b, x), (size_t)size);
  }
  for (int i = 0; i < size; i += 4) {
    int32_t sum;
    memcpy(&sum, sums + i, sizeof sum);
    sum = (int32_t)((uint32_t)sum + (uint32_t)product(operation, left + i, right + i));
    memcpy(sums + i, &sum, sizeof sum);
  }
  memset(sums + size, 0, sizeof sums - (size_t)size);
  write_vector(saved, target, sums);
  context->uc_mcontext.gregs[REG_RIP] = (greg_t)next;
  return 1;
}
