// Prints the function that runs a program's steps as one of several threads. A phase ends when all its pieces of work are
// done, whoever did them; control.ts describes the block through which the threads agree on that.
import type { Kernel } from '../../../ir/kernel.js';
import { controlOffsets, counterOffset, epochsBeforeWrap, finishedEpoch } from '../../../runtime/control.js';
import { piecesOf, type Work } from '../../../runtime/pieces.js';
import { functionName } from './kernel-function.js';

/** A kernel and the number in the name of its function. */
export interface NumberedKernel {
  readonly kernel: Kernel;
  readonly number: number;
}

/** What a thread does on its way to sleep: looks at the epoch, about 50 to 100 microseconds long. */
const spins = 2000;
/**
 * After so many looks, a few microseconds, it offers its processor to others from time to time: the thread that it waits
 * for may have been put on the same one, and would not go on before this one sleeps.
 */
const selfishSpins = 100;
const spinsPerOffer = 20;
/** Operations that take a tenth of a microsecond or two: ten times what a claim takes. */
const pieceFlops = 30_000;
/** The phases of a program as `struct program program_<number>`. */
export function printProgramTable(
  phases: readonly (readonly NumberedKernel[])[],
  number: number,
  tableBytes: number,
): string {
  const planned = phases
    .filter((kernels) => kernels.length > 0)
    .map((kernels) => piecesOf(kernels.map(workOf), pieceFlops));
  const tables = planned.flatMap(({ kernels }, phase) => [
    `static const struct kernel kernels_${number}_${phase}[] = {`,
    ...kernels.map(
      ({ kernel: { name, chunks }, first, count, grain }) =>
        `  { ${name}, ${first}, ${first + count}, ${grain}, ${chunks} },`,
    ),
    '};',
  ]);
  const entries = planned.map(
    ({ kernels, count }, phase) => `  { kernels_${number}_${phase}, ${kernels.length}, ${count} },`,
  );
  const count = planned.length;
  return [
    ...tables,
    `static const struct phase phases_${number}[] = {`,
    ...entries,
    '  { 0, 0, 0 },',
    '};',
    `static const struct program program_${number} = { phases_${number}, ${count}, ${epochsBeforeWrap(Math.max(1, count))}u, ${tableBytes} };`,
    '',
  ].join('\n');
}

const workOf = ({ kernel, number }: NumberedKernel): Work & { readonly name: string } => ({
  name: functionName(kernel, number),
  chunks: kernel.chunks,
  flops: kernel.flops,
});

/** `run(program, base, thread, threads, steps, table, control)` for every program of the file; `table` is thread 0's. */
export function printRun(): string {
  const word = (name: keyof typeof controlOffsets): string => `(int *)(control + ${controlOffsets[name]})`;
  return `struct kernel {
  void (*run)(long begin, long end, u8 *base, const u32 *table);
  int first, next; // the number of its first piece within the phase, and of the next kernel's
  int grain; // chunks of a piece
  int chunks;
};
struct phase {
  const struct kernel *kernels;
  int count;
  int pieces;
};
struct program {
  const struct phase *phases;
  int count;
  u32 epochs; // how many there are before their numbers begin at 0 again
  int table_bytes; // from a thread's table to the next one's
};

// Letting another thread have this one's processor for a while; sleeping until a word changes, and waking those who do.
int sched_yield(void);
#define YIELD() ((void)sched_yield())
#if defined(__linux__)
long syscall(long number, ...);
#if defined(__x86_64__)
enum { FUTEX = 202 };
#elif defined(__aarch64__)
enum { FUTEX = 98 };
#else
#error "no number is known for the futex system call on this machine"
#endif
INLINE void sleep_while(int *word, int value) { syscall(FUTEX, word, 128, value, (void *)0, (void *)0, 0); }
INLINE void wake_all(int *word) { syscall(FUTEX, word, 129, 0x7fffffff, (void *)0, (void *)0, 0); }
#elif defined(__APPLE__)
int __ulock_wait(u32 operation, void *address, u64 value, u32 timeout);
int __ulock_wake(u32 operation, void *address, u64 value);
INLINE void sleep_while(int *word, int value) { __ulock_wait(1, word, (u32)value, 0); }
INLINE void wake_all(int *word) { __ulock_wake(0x101, word, 0); }
#else
INLINE void sleep_while(int *word, int value) { (void)word; (void)value; YIELD(); }
INLINE void wake_all(int *word) { (void)word; }
#endif
#if defined(__x86_64__) || defined(__i386__)
#define PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define PAUSE() __asm__ volatile("yield")
#else
#define PAUSE() ((void)0)
#endif

#define LOAD(word) __atomic_load_n(word, __ATOMIC_SEQ_CST)
#define STORE(word, value) __atomic_store_n(word, value, __ATOMIC_SEQ_CST)

INLINE u64 *counter_of(u8 *control, int thread) { return (u64 *)(control + ${counterOffset(0)} + ${counterOffset(1) - counterOffset(0)}L * thread); }

// The number of the piece that is now this thread's among the owner's, or -1 if the owner has none left in this epoch.
INLINE int claim(u8 *control, u32 epoch, int owner, int count) {
  u64 *counter = counter_of(control, owner);
  u64 seen = __atomic_load_n(counter, __ATOMIC_ACQUIRE);
  for (;;) {
    if ((u32)(seen >> 32) != epoch || (int)(u32)seen >= count) return -1;
    if (__atomic_compare_exchange_n(counter, &seen, seen + 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return (int)(u32)seen;
  }
}

static void run_piece(const struct kernel *kernel, int piece, u8 *base, const u32 *table) {
  while (piece >= kernel->next) kernel++;
  long begin = (long)(piece - kernel->first) * kernel->grain;
  long end = begin + kernel->grain;
  kernel->run(begin, end < kernel->chunks ? end : kernel->chunks, base, table);
}

static void run_whole(const struct phase *phase, u8 *base, const u32 *table) {
  for (int i = 0; i < phase->count; i++) phase->kernels[i].run(0, phase->kernels[i].chunks, base, table);
}

// Does what this thread can get of a phase; the pieces it did.
static int work(const struct phase *phase, u32 epoch, u8 *base, int thread, int threads, const u32 *table, u8 *control) {
  int finished = 0;
  for (int i = 0; i < threads; i++) {
    int owner = thread + i < threads ? thread + i : thread + i - threads;
    int first = (int)((long)owner * phase->pieces / threads);
    int count = (int)((owner + 1L) * phase->pieces / threads) - first;
    for (int piece; (piece = claim(control, epoch, owner, count)) >= 0; finished++) run_piece(phase->kernels, first + piece, base, table);
  }
  return finished;
}

// Opens the phase after epoch's, or ends the run; called by the one thread that finished the last piece.
static void open_next(const struct program *program, u32 epoch, int threads, int steps, u8 *control) {
  int finished = 0;
  if ((int)(epoch % program->count) == program->count - 1) {
    int done = __atomic_add_fetch(${word('stepsDone')}, 1, __ATOMIC_SEQ_CST);
    finished = done == steps || LOAD(${word('stop')});
  }
  u32 next = finished ? (u32)${finishedEpoch} : epoch + 1 == program->epochs ? 0 : epoch + 1;
  if (!finished) {
    STORE(${word('done')}, 0);
    for (int thread = 0; thread < threads; thread++) STORE(counter_of(control, thread), (u64)next << 32);
  }
  STORE(${word('epoch')}, (int)next);
  if (LOAD(${word('sleepers')})) wake_all(${word('epoch')});
}

static void wait_beyond(u32 epoch, u8 *control) {
  int *word = ${word('epoch')};
  for (int i = 0; i < ${spins}; i++) {
    if ((u32)LOAD(word) != epoch) return;
    PAUSE();
    if (i >= ${selfishSpins} && i % ${spinsPerOffer} == 0) YIELD();
  }
  __atomic_add_fetch(${word('sleepers')}, 1, __ATOMIC_SEQ_CST);
  while ((u32)LOAD(word) == epoch) sleep_while(word, (int)epoch);
  __atomic_sub_fetch(${word('sleepers')}, 1, __ATOMIC_SEQ_CST);
}

static void run(const struct program *program, u8 *base, int thread, int threads, int steps, const u32 *table, u8 *control) {
  if (steps <= 0) return;
  if (threads == 1 || program->count == 0) {
    for (int step = 0; step < steps; ) {
      for (int phase = 0; phase < program->count; phase++) run_whole(&program->phases[phase], base, table);
      STORE(${word('stepsDone')}, ++step);
      if (LOAD(${word('stop')})) return;
    }
    return;
  }
  table = (const u32 *)((const u8 *)table + (long)thread * program->table_bytes);
  for (;;) {
    u32 epoch = (u32)LOAD(${word('epoch')});
    if (epoch == (u32)${finishedEpoch}) return;
    const struct phase *phase = &program->phases[epoch % program->count];
    int finished = work(phase, epoch, base, thread, threads, table, control);
    if (finished > 0 && __atomic_add_fetch(${word('done')}, finished, __ATOMIC_SEQ_CST) == phase->pieces)
      open_next(program, epoch, threads, steps, control);
    else
      wait_beyond(epoch, control);
  }
}
`;
}
