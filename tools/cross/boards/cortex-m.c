/* What a Cortex-M does between reset and main, and how a program under a debugger or qemu prints and ends (semihosting: Arm, "Semihosting
 * for AArch32 and AArch64", 2.0). A product has its own startup; nothing of the runtime depends on this one. */
#include "semihosting.h"

extern unsigned char stack_top[], data_load[], data_start[], data_end[], bss_start[], bss_end[];
int main(void);
void *memcpy(void *, const void *, size_t);
void *memset(void *, int, size_t);

int semihosting(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static void reset(void) {
#if defined(__ARM_FP)
  *(volatile unsigned *)0xE000ED88 |= 0xFu << 20; /* CPACR: the floating-point unit, and on Armv8.1-M its vectors, for everybody */
  __asm__ volatile("dsb\n isb");
#endif
  memcpy(data_start, data_load, (size_t)(data_end - data_start));
  memset(bss_start, 0, (size_t)(bss_end - bss_start));
  semihosting_exit(main());
}

static void fault(void) {
  puts("not ok: the processor stopped with a fault");
  semihosting_exit(1);
}

__attribute__((section(".vectors"), used)) const void *const exceptions[16] = {
  stack_top, (const void *)reset, (const void *)fault, (const void *)fault, (const void *)fault, (const void *)fault,
  (const void *)fault,
};
