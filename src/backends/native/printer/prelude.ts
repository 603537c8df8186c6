// The C that every printed program begins with: vector types of the target's lanes and what the kernel language does with
// them. It is plain C with the vector extensions of GCC and Clang; where an instruction set has an instruction for what
// those cannot say, it is named. Nothing is included: a compiler's header of instructions takes longer to read than most
// programs to compile.

/** @param lanes 32-bit lanes of a vector; a power of two from 4 */
export function printPrelude(lanes: number): string {
  const each = (item: (lane: number) => string): string =>
    Array.from({ length: lanes }, (_, lane) => item(lane)).join(', ');
  const isAvx512 = `defined(__AVX512DQ__) && ${lanes} == 16 && !defined(NACRE_PORTABLE)`;
  const isAvx2 = `defined(__AVX2__) && ${lanes} == 8 && !defined(NACRE_PORTABLE)`;
  const isSse2 = `defined(__SSE2__) && ${lanes} == 4 && !defined(NACRE_PORTABLE)`;
  const isNeon = `defined(__aarch64__) && ${lanes} == 4 && !defined(NACRE_PORTABLE)`;
  return `enum { LANES = ${lanes} };
#define INLINE static inline __attribute__((always_inline, unused))
// A function that is compiled by itself, whatever calls it and lies in its file: so it is the same in any division of a
// program into files. And GCC 12, where it looks into it, takes a function whose stores are all instructions of ours for
// one that does nothing, and leaves its calls out.
#define NOINLINE __attribute__((noinline, noclone))
#ifdef __has_attribute
#if __has_attribute(noipa)
#undef NOINLINE
#define NOINLINE __attribute__((noipa))
#endif
#endif
// GCC must not learn that two buffers begin at the same base: it would walk one by twice the address of the other, which
// its own analysis of aliases then takes for a pointer to nothing, and leave the stores out.
#define OPAQUE(pointer) __asm__("" : "+r"(pointer))

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef float f32v __attribute__((vector_size(${4 * lanes})));
typedef int i32v __attribute__((vector_size(${4 * lanes})));
typedef u32 u32v __attribute__((vector_size(${4 * lanes})));
typedef u8 u8v __attribute__((vector_size(${lanes})));
typedef f32v f32unaligned __attribute__((aligned(4), may_alias));
typedef i32v i32unaligned __attribute__((aligned(4), may_alias));
typedef u8v u8unaligned __attribute__((aligned(1), may_alias));

INLINE f32v f32_splat(float x) { return (f32v){${each(() => 'x')}}; }
INLINE i32v i32_splat(int x) { return (i32v){${each(() => 'x')}}; }
INLINE i32v mask_splat(int x) { return i32_splat(-x); }
INLINE f32v f32_select(i32v m, f32v a, f32v b) { return (f32v)((m & (i32v)a) | (~m & (i32v)b)); }
INLINE i32v i32_select(i32v m, i32v a, i32v b) { return (m & a) | (~m & b); }
INLINE float f32_lane(f32v v, int lane) { return v[lane]; }
INLINE int i32_lane(i32v v, int lane) { return v[lane]; }
INLINE int mask_lane(i32v v, int lane) { return v[lane] != 0; }

// A constant that is made anew where it is used: kept in a register across the loop before, it would cost that loop one.
#if (defined(__x86_64__) || defined(__i386__)) && defined(__SSE2__)
#define FRESH_FLOAT(x) __asm__ volatile("" : "+x"(x))
#elif defined(__aarch64__)
#define FRESH_FLOAT(x) __asm__ volatile("" : "+w"(x))
#else
#define FRESH_FLOAT(x) __asm__ volatile("" : "+r"(x))
#endif
INLINE f32v f32_fresh(float x) { FRESH_FLOAT(x); return f32_splat(x); }
INLINE i32v i32_fresh(int x) { __asm__ volatile("" : "+r"(x)); return i32_splat(x); }

// What is used several times is read from memory once: GCC reads it again for each product otherwise, as an operand in
// memory looks free, and processors read two vectors while they could multiply four.
#if ${isAvx512}
#define HOLD(v) __asm__("" : "+v"(v))
#elif ${isAvx2} || ${isSse2}
#define HOLD(v) __asm__("" : "+x"(v))
#elif ${isNeon}
#define HOLD(v) __asm__("" : "+w"(v))
#else
#define HOLD(v) ((void)0)
#endif

// Loads: all lanes; the first n, the others 0; n elements that are some stride or index apart.
INLINE f32v f32_load(const float *p) { return *(const f32unaligned *)p; }
INLINE i32v i32_load(const int *p) { return *(const i32unaligned *)p; }
#if ${isAvx512} || ${isAvx2}
INLINE i32v u8_load(const u8 *p) {
  i32v v;
  __asm__("vpmovzxbd %1, %0" : "=v"(v) : "m"(*(const u8 (*)[LANES])p));
  return v;
}
#else
INLINE i32v u8_load(const u8 *p) { return __builtin_convertvector(*(const u8unaligned *)p, i32v); }
#endif
INLINE i32v mask_load(const u8 *p) { return u8_load(p) != 0; }
#if ${isAvx512}
typedef unsigned short mask16;
INLINE f32v f32_load_first(const float *p, int n) {
  f32v v;
  __asm__("vmovups %1, %0%{%2%}%{z%}" : "=v"(v) : "m"(*(const float (*)[16])p), "Yk"((mask16)((1u << n) - 1)));
  return v;
}
INLINE void f32_store_first(float *p, f32v v, int n) {
  __asm__("vmovups %1, %0%{%2%}" : "+m"(*(float (*)[16])p) : "v"(v), "Yk"((mask16)((1u << n) - 1)));
}
INLINE i32v i32_load_first(const int *p, int n) { return (i32v)f32_load_first((const float *)p, n); }
INLINE void i32_store_first(int *p, i32v v, int n) { f32_store_first((float *)p, (f32v)v, n); }
#elif ${isAvx2}
INLINE i32v first_lanes(int n) { return (i32v){${each(String)}} < i32_splat(n); }
INLINE f32v f32_load_first(const float *p, int n) {
  f32v v;
  __asm__("vmaskmovps %1, %2, %0" : "=x"(v) : "m"(*(const float (*)[8])p), "x"(first_lanes(n)));
  return v;
}
INLINE void f32_store_first(float *p, f32v v, int n) {
  __asm__("vmaskmovps %1, %2, %0" : "+m"(*(float (*)[8])p) : "x"(v), "x"(first_lanes(n)));
}
INLINE i32v i32_load_first(const int *p, int n) { return (i32v)f32_load_first((const float *)p, n); }
INLINE void i32_store_first(int *p, i32v v, int n) { f32_store_first((float *)p, (f32v)v, n); }
#else
INLINE f32v f32_load_first(const float *p, int n) { f32v v = {0}; for (int i = 0; i < n; i++) v[i] = p[i]; return v; }
INLINE i32v i32_load_first(const int *p, int n) { i32v v = {0}; for (int i = 0; i < n; i++) v[i] = p[i]; return v; }
INLINE void f32_store_first(float *p, f32v v, int n) { for (int i = 0; i < n; i++) p[i] = v[i]; }
INLINE void i32_store_first(int *p, i32v v, int n) { for (int i = 0; i < n; i++) p[i] = v[i]; }
#endif
#if ${isAvx512}
INLINE i32v u8_load_first(const u8 *p, int n) {
  i32v v;
  __asm__("vpmovzxbd %1, %0%{%2%}%{z%}" : "=v"(v) : "m"(*(const u8 (*)[16])p), "Yk"((mask16)((1u << n) - 1)));
  return v;
}
#else
INLINE i32v u8_load_first(const u8 *p, int n) { i32v v = {0}; for (int i = 0; i < n; i++) v[i] = p[i]; return v; }
#endif
INLINE i32v mask_load_first(const u8 *p, int n) { return u8_load_first(p, n) != 0; }
INLINE f32v f32_load_apart(const float *p, long s, int n) { f32v v = {0}; for (int i = 0; i < n; i++) v[i] = p[i * s]; return v; }
INLINE i32v i32_load_apart(const int *p, long s, int n) { i32v v = {0}; for (int i = 0; i < n; i++) v[i] = p[i * s]; return v; }
INLINE i32v u8_load_apart(const u8 *p, long s, int n) { i32v v = {0}; for (int i = 0; i < n; i++) v[i] = p[i * s]; return v; }
INLINE i32v mask_load_apart(const u8 *p, long s, int n) { return u8_load_apart(p, s, n) != 0; }
INLINE f32v f32_gather(const float *p, i32v at, long s, int n) { f32v v = {0}; for (int i = 0; i < n; i++) v[i] = p[at[i] * s]; return v; }
INLINE i32v i32_gather(const int *p, i32v at, long s, int n) { i32v v = {0}; for (int i = 0; i < n; i++) v[i] = p[at[i] * s]; return v; }
INLINE i32v u8_gather(const u8 *p, i32v at, long s, int n) { i32v v = {0}; for (int i = 0; i < n; i++) v[i] = p[at[i] * s]; return v; }
INLINE i32v mask_gather(const u8 *p, i32v at, long s, int n) { return u8_gather(p, at, s, n) != 0; }

// Stores: all lanes, or the first n.
INLINE void f32_store(float *p, f32v v) { *(f32unaligned *)p = v; }
INLINE void i32_store(int *p, i32v v) { *(i32unaligned *)p = v; }
// Past the caches, where a whole line is written; STREAMED() orders such stores before what follows.
#if ${isAvx512}
INLINE void f32_store_streamed(float *p, f32v v) {
  if ((u64)p & 63) f32_store(p, v);
  else __asm__ volatile("vmovntps %1, %0" : "=m"(*(f32v *)p) : "v"(v));
}
#define STREAMED() __asm__ volatile("sfence" ::: "memory")
#else
INLINE void f32_store_streamed(float *p, f32v v) { f32_store(p, v); }
#define STREAMED() ((void)0)
#endif
#if ${isAvx512}
INLINE void u8_store(u8 *p, i32v v) { __asm__("vpmovdb %1, %0" : "=m"(*(u8 (*)[16])p) : "v"(v)); }
INLINE void u8_store_first(u8 *p, i32v v, int n) {
  __asm__("vpmovdb %1, %0%{%2%}" : "+m"(*(u8 (*)[16])p) : "v"(v), "Yk"((mask16)((1u << n) - 1)));
}
#else
INLINE void u8_store(u8 *p, i32v v) { *(u8unaligned *)p = __builtin_convertvector(v, u8v); }
INLINE void u8_store_first(u8 *p, i32v v, int n) { for (int i = 0; i < n; i++) p[i] = (u8)v[i]; }
#endif
INLINE void mask_store(u8 *p, i32v m) { u8_store(p, -m); }
INLINE void mask_store_first(u8 *p, i32v m, int n) { u8_store_first(p, -m, n); }

// Bits.
INLINE float float_of_bits(int x) { union { int i; float f; } u = {.i = x}; return u.f; }
INLINE int bits_of_float(float x) { union { float f; int i; } u = {.f = x}; return u.i; }
INLINE i32v i32_shift_right_logical(i32v x, int n) { return (i32v)((u32v)x >> n); }
INLINE int int_shift_right_logical(int x, int n) { return (int)((u32)x >> n); }

// Instructions that C has no operator for. The last two give b where neither is more.
#if ${isAvx512} || ${isAvx2}
INLINE f32v f32_sqrt(f32v x) { f32v r; __asm__("vsqrtps %1, %0" : "=v"(r) : "v"(x)); return r; }
INLINE f32v more_or_second(f32v a, f32v b) { f32v r; __asm__("vmaxps %2, %1, %0" : "=v"(r) : "v"(a), "v"(b)); return r; }
INLINE f32v less_or_second(f32v a, f32v b) { f32v r; __asm__("vminps %2, %1, %0" : "=v"(r) : "v"(a), "v"(b)); return r; }
#elif ${isSse2}
INLINE f32v f32_sqrt(f32v x) { f32v r; __asm__("sqrtps %1, %0" : "=x"(r) : "x"(x)); return r; }
INLINE f32v more_or_second(f32v a, f32v b) { __asm__("maxps %1, %0" : "+x"(a) : "x"(b)); return a; }
INLINE f32v less_or_second(f32v a, f32v b) { __asm__("minps %1, %0" : "+x"(a) : "x"(b)); return a; }
#else
#if ${isNeon}
INLINE f32v f32_sqrt(f32v x) { f32v r; __asm__("fsqrt %0.4s, %1.4s" : "=w"(r) : "w"(x)); return r; }
#else
INLINE f32v f32_sqrt(f32v x) { for (int i = 0; i < LANES; i++) x[i] = __builtin_sqrtf(x[i]); return x; }
#endif
INLINE f32v more_or_second(f32v a, f32v b) { return f32_select(a > b, a, b); }
INLINE f32v less_or_second(f32v a, f32v b) { return f32_select(a < b, a, b); }
#endif

// To within a few units in the last place, of positive normal numbers: the processor's estimate, made twice as good by a
// step of Newton's. Roots of less than the least normal number are that of it.
#if ${isAvx512} || ${isAvx2}
#if ${isAvx512}
INLINE f32v estimate_inverse_root(f32v x) { f32v y; __asm__("vrsqrt14ps %1, %0" : "=v"(y) : "v"(x)); return y; }
INLINE f32v estimate_reciprocal(f32v x) { f32v y; __asm__("vrcp14ps %1, %0" : "=v"(y) : "v"(x)); return y; }
#else
INLINE f32v estimate_inverse_root(f32v x) { f32v y; __asm__("vrsqrtps %1, %0" : "=x"(y) : "x"(x)); return y; }
INLINE f32v estimate_reciprocal(f32v x) { f32v y; __asm__("vrcpps %1, %0" : "=x"(y) : "x"(x)); return y; }
#endif
INLINE f32v f32_rough_sqrt(f32v x) {
  f32v within = less_or_second(f32_splat(3.4028234663852886e38f), more_or_second(f32_splat(1.1754943508222875e-38f), x));
  f32v inverse = estimate_inverse_root(within);
  f32v root = within * inverse;
  return root + (inverse * 0.5f) * (within - root * root);
}
INLINE f32v f32_rough_reciprocal(f32v x) {
  f32v y = estimate_reciprocal(x);
  return y + y * (1.0f - x * y);
}
#else
INLINE f32v f32_rough_sqrt(f32v x) { return f32_sqrt(x); }
INLINE f32v f32_rough_reciprocal(f32v x) { return 1.0f / x; }
#endif

// Numbers whose exponent is 0 become 0.
INLINE f32v f32_flush_subnormal(f32v x) { return (f32v)((i32v)x & (((i32v)x & 0x7f800000) != 0)); }
INLINE float float_flush_subnormal(float x) { return __builtin_fabsf(x) < 1.1754943508222875e-38f ? 0.0f : x; }

// Rounding. Beyond 2^23 every float is whole.
#if ${isAvx512}
INLINE f32v f32_floor(f32v x) { f32v r; __asm__("vrndscaleps $9, %1, %0" : "=v"(r) : "v"(x)); return r; }
INLINE f32v f32_ceil(f32v x) { f32v r; __asm__("vrndscaleps $10, %1, %0" : "=v"(r) : "v"(x)); return r; }
INLINE f32v f32_nearest(f32v x) { f32v r; __asm__("vrndscaleps $8, %1, %0" : "=v"(r) : "v"(x)); return r; }
#elif ${isAvx2}
INLINE f32v f32_floor(f32v x) { f32v r; __asm__("vroundps $9, %1, %0" : "=x"(r) : "x"(x)); return r; }
INLINE f32v f32_ceil(f32v x) { f32v r; __asm__("vroundps $10, %1, %0" : "=x"(r) : "x"(x)); return r; }
INLINE f32v f32_nearest(f32v x) { f32v r; __asm__("vroundps $8, %1, %0" : "=x"(r) : "x"(x)); return r; }
#else
INLINE f32v f32_nearest(f32v x) {
  i32v sign = (i32v)x & i32_splat((int)0x80000000u);
  f32v large = (f32v)((i32v)f32_splat(8388608.0f) | sign);
  f32v whole = (f32v)((i32v)((x + large) - large) | sign);
  i32v small = (f32v)((i32v)x & 0x7fffffff) < f32_splat(8388608.0f);
  return f32_select(small, whole, x);
}
INLINE f32v f32_with_sign(f32v x, f32v sign) { return (f32v)((i32v)x | ((i32v)sign & i32_splat((int)0x80000000u))); }
INLINE f32v f32_floor(f32v x) { f32v r = f32_nearest(x); return f32_with_sign(f32_select(r > x, r - 1.0f, r), x); }
INLINE f32v f32_ceil(f32v x) { f32v r = f32_nearest(x); return f32_with_sign(f32_select(r < x, r + 1.0f, r), x); }
#endif

// Truncates; what is too large becomes the nearest integer there is, NaN 0.
INLINE int int_of_float(float x) {
  if (x != x) return 0;
  if (x >= 2147483648.0f) return 2147483647;
  if (x < -2147483648.0f) return -2147483647 - 1;
  int whole = (int)x;
  // Were it made a float again, GCC would round the float instead, whose result may be -0.
  __asm__("" : "+r"(whole));
  return whole;
}
INLINE i32v i32_of_f32(f32v x) {
  i32v large = x >= 2147483648.0f, small = x < -2147483648.0f, number = x == x;
  f32v inside = f32_select(number & ~large & ~small, x, f32_splat(0.0f));
  i32v r = __builtin_convertvector(inside, i32v);
  return i32_select(large, i32_splat(2147483647), i32_select(small, i32_splat(-2147483647 - 1), r));
}
INLINE f32v f32_of_i32(i32v x) { return __builtin_convertvector(x, f32v); }

INLINE f32v f32_abs(f32v x) { return (f32v)((i32v)x & 0x7fffffff); }
INLINE i32v i32_abs(i32v x) { i32v s = x >> 31; return (x ^ s) - s; }
INLINE int int_abs(int x) { int s = x >> 31; return (x ^ s) - s; }

// NaN wins over every number, and 0 is more than -0. The others take b unless the comparison chooses.
INLINE float float_max(float a, float b) {
  return a > b ? a : a < b ? b : a == b ? float_of_bits(bits_of_float(a) & bits_of_float(b)) : a + b;
}
INLINE float float_min(float a, float b) {
  return a < b ? a : a > b ? b : a == b ? float_of_bits(bits_of_float(a) | bits_of_float(b)) : a + b;
}
#if ${isAvx512}
// a + b in the lanes where either is NaN, else r.
INLINE f32v add_where_unordered(f32v r, f32v a, f32v b) {
  mask16 unordered;
  __asm__("vcmpunordps %2, %1, %0" : "=Yk"(unordered) : "v"(a), "v"(b));
  __asm__("vaddps %2, %1, %0%{%3%}" : "+v"(r) : "v"(a), "v"(b), "Yk"(unordered));
  return r;
}
INLINE f32v f32_max(f32v a, f32v b) {
  f32v r;
  __asm__("vrangeps $5, %2, %1, %0" : "=v"(r) : "v"(a), "v"(b));
  return add_where_unordered(r, a, b);
}
INLINE f32v f32_min(f32v a, f32v b) {
  f32v r;
  __asm__("vrangeps $4, %2, %1, %0" : "=v"(r) : "v"(a), "v"(b));
  return add_where_unordered(r, a, b);
}
#else
INLINE f32v f32_max(f32v a, f32v b) {
  f32v other = f32_select(a == b, (f32v)((i32v)a & (i32v)b), a + b);
  return f32_select(a > b, a, f32_select(a < b, b, other));
}
INLINE f32v f32_min(f32v a, f32v b) {
  f32v other = f32_select(a == b, (f32v)((i32v)a | (i32v)b), a + b);
  return f32_select(a < b, a, f32_select(a > b, b, other));
}
#endif
// a 2^b for a whole b, put in by its exponent's bits in two steps, as neither the least results nor the largest b are
// exponents of normal numbers. b as an integer stands in the lowest bits of 1.5 2^23 + b.
INLINE float float_scale(float a, float b) {
  int power = bits_of_float(b + 12582912.0f) - 0x4b400000, half = power >> 1;
  return a * float_of_bits((int)((u32)(half + 127) << 23)) * float_of_bits((int)((u32)(power - half + 127) << 23));
}
#if ${isAvx512}
INLINE f32v f32_scale(f32v a, f32v b) { f32v r; __asm__("vscalefps %2, %1, %0" : "=v"(r) : "v"(a), "v"(b)); return r; }
#else
INLINE f32v f32_scale(f32v a, f32v b) {
  i32v power = (i32v)(b + 12582912.0f) - 0x4b400000, half = power >> 1;
  return a * (f32v)((half + 127) << 23) * (f32v)((power - half + 127) << 23);
}
#endif
INLINE float float_pmax(float a, float b) { return a < b ? b : a; }
INLINE float float_pmin(float a, float b) { return b < a ? b : a; }
INLINE f32v f32_pmax(f32v a, f32v b) { return more_or_second(b, a); }
INLINE f32v f32_pmin(f32v a, f32v b) { return less_or_second(b, a); }
INLINE int int_max(int a, int b) { return a > b ? a : b; }
INLINE int int_min(int a, int b) { return a < b ? a : b; }
INLINE i32v i32_max(i32v a, i32v b) { return i32_select(a > b, a, b); }
INLINE i32v i32_min(i32v a, i32v b) { return i32_select(a < b, a, b); }

// Truncates; by 0 gives 0, by -1 wraps round.
INLINE int int_divide(int a, int b) { return b == 0 ? 0 : b == -1 ? (int)(0u - (u32)a) : a / b; }
INLINE i32v i32_divide(i32v a, i32v b) { for (int i = 0; i < LANES; i++) a[i] = int_divide(a[i], b[i]); return a; }

${horizontals(lanes)}`;
}

/** Combines the upper half of the lanes with the lower, then the halves of what is left. */
function horizontals(lanes: number): string {
  const tree = (combine: (a: string, b: string) => string, first: number, stride: number): string =>
    stride === lanes
      ? `v[${first}]`
      : combine(tree(combine, first, 2 * stride), tree(combine, first + stride, 2 * stride));
  const infix = (operator: string) => (a: string, b: string) => `(${a} ${operator} ${b})`;
  const call = (name: string) => (a: string, b: string) => `${name}(${a}, ${b})`;
  const reduce = (lane: 'f32' | 'i32', op: string, combine: (a: string, b: string) => string): string =>
    `INLINE ${lane === 'f32' ? 'float' : 'int'} ${lane}_horizontal_${op}(${lane}v v) { return ${tree(combine, 0, 1)}; }\n`;
  return `#ifdef __has_builtin
#define HAS_SHUFFLE __has_builtin(__builtin_shufflevector)
#else
#define HAS_SHUFFLE 0
#endif
#if HAS_SHUFFLE
${halving(lanes, 'add', '+')}${halving(lanes, 'mul', '*')}#else
${reduce('f32', 'add', infix('+'))}${reduce('f32', 'mul', infix('*'))}#endif
${[
  reduce('f32', 'max', call('float_max')),
  reduce('f32', 'min', call('float_min')),
  reduce('i32', 'add', infix('+')),
  reduce('i32', 'mul', infix('*')),
  reduce('i32', 'max', call('int_max')),
  reduce('i32', 'min', call('int_min')),
].join('')}`;
}

/** The same, half a vector at a time: a third of the instructions that compilers make of single lanes. */
function halving(lanes: number, op: string, operator: string): string {
  const steps: string[] = [];
  let [type, from] = ['f32v', 'v'];
  for (let half = lanes / 2; half >= 4; half /= 2) {
    const part = (first: number): string =>
      `__builtin_shufflevector(${from}, ${from}, ${Array.from({ length: half }, (_, lane) => first + lane).join(', ')})`;
    type = `f32x${half}_${op}`;
    steps.push(`typedef float ${type} __attribute__((vector_size(${4 * half})));`);
    steps.push(`${type} v${half} = ${part(0)} ${operator} ${part(half)};`);
    from = `v${half}`;
  }
  steps.push(`${type} pair = ${from} ${operator} __builtin_shufflevector(${from}, ${from}, 2, 3, 2, 3);`);
  return `INLINE float f32_horizontal_${op}(f32v v) {\n  ${steps.join('\n  ')}\n  return pair[0] ${operator} pair[1];\n}\n`;
}
