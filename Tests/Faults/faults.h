/* What Tests/Faults/faults.c does to the program that it is linked with or preloaded into: it counts the places where the system may
 * refuse something, and refuses one of them. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stddef.h>

typedef struct faults {
  unsigned long sites; /* so many calls of the kinds asked for were made */
  const char *failed;  /* the function that was made to fail; NULL: none */
  /* Taken minus given back. */
  long blocks, mappings, descriptors;
} faults;

/* Counts from now on, and has call number `at` of the kinds fail (0: none). `kinds` is a list of these words, with commas:
 *
 *   memory      malloc, calloc, realloc, posix_memalign, aligned_alloc, memalign
 *   map         mmap
 *   open        open, fopen, mkstemp, opendir
 *   read        read, pread, readdir; of files from fopen too
 *   end         read, pread: the file is at its end
 *   write       write
 *   file        close, lseek, stat, lstat, fstat, realpath, rename, ftruncate, fchmod, fsync
 *   thread      pthread_create
 */
void faults_begin(const char *kinds, unsigned long at);

/* Has the next allocation of exactly so many bytes fail. */
void faults_begin_size(size_t bytes);

/* Lets everything succeed again, and tells what happened since faults_begin. */
faults faults_end(void);

/* Until faults_end: every other read and write is interrupted by a signal (EINTR), the others move at most seven bytes. */
void faults_begin_interrupts(void);

#endif
