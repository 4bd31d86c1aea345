/* From reset to main on qemu's board virt, whose memory begins at 0x80000000; semihosting is the sequence of three instructions of the
 * RISC-V Semihosting specification, 1.0. */
  .option arch, +zicsr
  .section .vectors, "ax"
  .globl start
start:
  la sp, stack_top
  la t0, bss_start
  la t1, bss_end
1: bgeu t0, t1, 2f
  sw zero, 0(t0)
  addi t0, t0, 4
  j 1b
2: la t0, trap
  csrw mtvec, t0
  call main
  j ended

  .balign 4
trap:
  la a0, message
  call puts
  li a0, 1
ended:
  la a1, arguments
  sw a0, 4(a1)
  li a0, 0x20
  call semihosting
  j ended

  .globl semihosting
  .balign 16
  .option push
  .option norvc
semihosting:
  slli zero, zero, 0x1f
  ebreak
  srai zero, zero, 7
  .option pop
  ret

  .data
arguments: .word 0x20026, 0
message: .asciz "not ok: the processor stopped with a fault"
