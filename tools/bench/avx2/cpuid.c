// A processor with AVX2 and nothing later, as far as programs can tell that ask it with CPUID: for measuring what libraries, this one's
// peers among them, do on such a processor. `copy.py` put an undefined instruction (UD2, as long as CPUID) in the place of each CPUID
// of a copy of their files; this library, loaded before them (LD_PRELOAD), answers in its place and leaves out AVX-512, AVX-VNNI and AMX.
//
// Bits: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, "CPUID".
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#define BIT(n) (1u << (n))

static const unsigned ebx_of_7 = BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31); // AVX-512 F, DQ, IFMA…
static const unsigned ecx_of_7 = BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14);               // VBMI, VBMI2, VNNI, BITALG, VPOPCNTDQ
static const unsigned edx_of_7 = BIT(2) | BIT(3) | BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25);  // 4VNNIW to FP16, AMX
static const unsigned eax_of_7_1 = BIT(4) | BIT(5) | BIT(21) | BIT(23);                       // AVX-VNNI, BF16, AMX-FP16, AVX-IFMA
static const unsigned edx_of_7_1 = BIT(4) | BIT(5) | BIT(8) | BIT(10) | BIT(19);              // AVX-VNNI-INT8 to -INT16, AMX, AVX10

static void answer(int signal_number, siginfo_t *information, void *context) {
  (void)information;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  const unsigned char *instruction = (const unsigned char *)registers[REG_RIP];
  if (instruction[0] != 0x0f || instruction[1] != 0x0b) {
    signal(signal_number, SIG_DFL);  // a real mistake: let it happen again
    return;
  }
  unsigned leaf = (unsigned)registers[REG_RAX], subleaf = (unsigned)registers[REG_RCX], eax, ebx, ecx, edx;
  __cpuid_count(leaf, subleaf, eax, ebx, ecx, edx);
  if (leaf == 7 && subleaf == 0) {
    ebx &= ~ebx_of_7;
    ecx &= ~ecx_of_7;
    edx &= ~edx_of_7;
  } else if (leaf == 7 && subleaf == 1) {
    eax &= ~eax_of_7_1;
    edx &= ~edx_of_7_1;
  }
  registers[REG_RAX] = eax;
  registers[REG_RBX] = ebx;
  registers[REG_RCX] = ecx;
  registers[REG_RDX] = edx;
  registers[REG_RIP] += 2;
}

__attribute__((constructor)) static void install(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = answer;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGILL, &action, NULL);
}
