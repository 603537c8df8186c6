// The part of a printed program by which Node loads it: a Node-API module that exports `run` and `watch`. It declares the
// few functions that it uses of Node's, so that nothing needs to be installed but the compiler.
// See the Node-API documentation, https://nodejs.org/api/n-api.html.

/** How often a word is looked at by one call of watch: some microseconds long. */
const looks = 100;
/** After so many, the thread whose news is awaited may have the processor: it may have been put on the same one. */
const looksPerOffer = 20;

/**
 * Exports run(bytes, program, thread, threads, steps, table, control). `program` is the number of one of the file's
 * programs; the addresses count from the first of `bytes`. And watch(bytes, address, value), which looks at a word for some
 * microseconds, or until it is not the value.
 */
export function printModule(programs: number): string {
  const table = Array.from({ length: programs }, (_, number) => `&program_${number}`).join(', ');
  return `static const struct program *const programs[] = { ${table} };

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
int napi_get_cb_info(napi_env, napi_callback_info, unsigned long *, napi_value *, napi_value *, void **);
int napi_get_typedarray_info(napi_env, napi_value, int *, unsigned long *, void **, napi_value *, unsigned long *);
int napi_get_value_uint32(napi_env, napi_value, u32 *);
int napi_create_function(napi_env, const char *, unsigned long, napi_callback, void *, napi_value *);
int napi_set_named_property(napi_env, napi_value, const char *, napi_value);
int napi_throw_error(napi_env, const char *, const char *);

enum { MOST_ARGUMENTS = 7 };
// The first argument's bytes, and the others as numbers from the second; 0 if they are not that.
static u8 *arguments_of(napi_env env, napi_callback_info info, unsigned long expected, u32 *numbers) {
  unsigned long count = MOST_ARGUMENTS;
  napi_value arguments[MOST_ARGUMENTS];
  void *base = 0;
  int failed = napi_get_cb_info(env, info, &count, arguments, 0, 0) || count != expected;
  failed = failed || napi_get_typedarray_info(env, arguments[0], 0, 0, &base, 0, 0);
  for (unsigned long i = 1; i < expected && !failed; i++) failed = napi_get_value_uint32(env, arguments[i], &numbers[i]);
  return failed ? 0 : base;
}

static napi_value run_from_node(napi_env env, napi_callback_info info) {
  u32 numbers[MOST_ARGUMENTS] = {0};
  u8 *bytes = arguments_of(env, info, 7, numbers);
  if (!bytes || numbers[1] >= ${programs}) {
    napi_throw_error(env, 0, "run: expected bytes, the number of a program, and five whole numbers");
    return 0;
  }
  const u32 *table = (const u32 *)(bytes + numbers[5]);
  run(programs[numbers[1]], bytes, (int)numbers[2], (int)numbers[3], (int)numbers[4], table, bytes + numbers[6]);
  return 0;
}

static napi_value watch_from_node(napi_env env, napi_callback_info info) {
  u32 numbers[MOST_ARGUMENTS] = {0};
  u8 *bytes = arguments_of(env, info, 3, numbers);
  if (!bytes) {
    napi_throw_error(env, 0, "watch: expected bytes, an address and a value");
    return 0;
  }
  const u32 *word = (const u32 *)(bytes + numbers[1]);
  for (int i = 1; i <= ${looks} && LOAD(word) == numbers[2]; i++) {
    PAUSE();
    if (i % ${looksPerOffer} == 0) YIELD();
  }
  return 0;
}

static int export_function(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  return !napi_create_function(env, name, -1ul, callback, 0, &function) && !napi_set_named_property(env, exports, name, function);
}

#define EXPORT __attribute__((visibility("default")))
EXPORT int node_api_module_get_api_version_v1(void) { return 8; }
EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  int exported = export_function(env, exports, "run", run_from_node) && export_function(env, exports, "watch", watch_from_node);
  return exported ? exports : 0;
}
`;
}
