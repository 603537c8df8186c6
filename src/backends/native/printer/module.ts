// The part of a printed program by which Node loads it: a Node-API module that exports `run`. It declares the few
// functions that it uses of Node's, so that nothing needs to be installed but the compiler.
// See the Node-API documentation, https://nodejs.org/api/n-api.html.

/**
 * Exports run(bytes, program, thread, threads, steps, table, control). `program` is the number of one of the file's
 * programs; the addresses count from the first of `bytes`.
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

static napi_value run_from_node(napi_env env, napi_callback_info info) {
  unsigned long count = 7;
  napi_value arguments[7];
  u32 numbers[7] = {0};
  void *base = 0;
  int failed = napi_get_cb_info(env, info, &count, arguments, 0, 0) || count != 7;
  failed = failed || napi_get_typedarray_info(env, arguments[0], 0, 0, &base, 0, 0) || !base;
  for (int i = 1; i < 7 && !failed; i++) failed = napi_get_value_uint32(env, arguments[i], &numbers[i]);
  if (failed || numbers[1] >= ${programs}) {
    napi_throw_error(env, 0, "run: expected bytes, the number of a program, and five whole numbers");
    return 0;
  }
  u8 *bytes = base;
  const u32 *table = (const u32 *)(bytes + numbers[5]);
  run(programs[numbers[1]], bytes, (int)numbers[2], (int)numbers[3], (int)numbers[4], table, bytes + numbers[6]);
  return 0;
}

#define EXPORT __attribute__((visibility("default")))
EXPORT int node_api_module_get_api_version_v1(void) { return 8; }
EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  napi_value function;
  if (napi_create_function(env, "run", 3, run_from_node, 0, &function)) return 0;
  if (napi_set_named_property(env, exports, "run", function)) return 0;
  return exports;
}
`;
}
