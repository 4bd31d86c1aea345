// Another processor, as far as programs can tell. Loaded before all else (LD_PRELOAD), with CRNN_PROCESSOR=
//
//     avx2      one with AVX2 and nothing later: for measuring what libraries, this one's peers among them, do on such a processor
//     avxvnni   one with AVX2 and AVX-VNNI, whose instructions are executed here where the real one does not have them: for testing
//
// `copy.py` put an undefined instruction (UD0, as long as CPUID) in the place of each CPUID of a copy of the libraries; what stands here
// answers in its place. Both leave out AVX-512 and AMX.
//
// Bits: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, "CPUID", and volume 2B, "UD".
#define _GNU_SOURCE
#include "avx_vnni.h"

#include <signal.h>
#include <stdlib.h>

#define BIT(n) (1u << (n))

static const unsigned ebx_of_7 = BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31); // AVX-512 F, DQ, IFMA…
static const unsigned ecx_of_7 = BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14);               // VBMI, VBMI2, VNNI, BITALG, VPOPCNTDQ
static const unsigned edx_of_7 = BIT(2) | BIT(3) | BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25);  // 4VNNIW to FP16, AMX
static const unsigned avx_vnni = BIT(4);                                                      // in EAX of 7.1
static const unsigned eax_of_7_1 = BIT(4) | BIT(5) | BIT(21) | BIT(23);                       // AVX-VNNI, BF16, AMX-FP16, AVX-IFMA
static const unsigned edx_of_7_1 = BIT(4) | BIT(5) | BIT(8) | BIT(10) | BIT(19);              // AVX-VNNI-INT8 to -INT16, AMX, AVX10

static int has_avx_vnni;

static void answer_cpuid(greg_t *registers) {
  unsigned leaf = (unsigned)registers[REG_RAX], subleaf = (unsigned)registers[REG_RCX], eax, ebx, ecx, edx;
  __cpuid_count(leaf, subleaf, eax, ebx, ecx, edx);
  if (leaf == 7 && subleaf == 0) {
    if (eax == 0) eax = 1; // the subleaf that has AVX-VNNI
    ebx &= ~ebx_of_7;
    ecx &= ~ecx_of_7;
    edx &= ~edx_of_7;
  } else if (leaf == 7 && subleaf == 1) {
    eax &= ~eax_of_7_1;
    edx &= ~edx_of_7_1;
    if (has_avx_vnni) eax |= avx_vnni;
  }
  registers[REG_RAX] = eax;
  registers[REG_RBX] = ebx;
  registers[REG_RCX] = ecx;
  registers[REG_RDX] = edx;
  registers[REG_RIP] += 2;
}

static void answer(int signal_number, siginfo_t *information, void *context) {
  (void)information;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  const unsigned char *instruction = (const unsigned char *)registers[REG_RIP];
  if (instruction[0] == 0x0f && instruction[1] == 0xff) {
    answer_cpuid(registers);
  } else if (!has_avx_vnni || !execute_avx_vnni(context)) {
    signal(signal_number, SIG_DFL);  // a real mistake: let it happen again
  }
}

__attribute__((constructor)) static void install(void) {
  struct sigaction action;
  const char *wanted = getenv("CRNN_PROCESSOR");
  has_avx_vnni = wanted && strcmp(wanted, "avxvnni") == 0;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = answer;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGILL, &action, NULL);
}
